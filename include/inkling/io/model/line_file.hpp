#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/line_network.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI {

/// Writes a network that reads lines to a file, all or nothing, as save_model writes a classifier: the same container
/// and metadata, with "lines" as the kind, and a self-test whose scores are the network's output, steps before classes.
/// Throws ValueError for numbers that `storage` cannot hold and for notes with a key of the format's own, and
/// FileError.
void save_line_network(const nn::LineNetwork& lines, const std::filesystem::path& path,
                       const SaveOptions& options = {});

/// The network of a file. Throws FileError when the file cannot be read, and FormatError with file, expected and got
/// when it is damaged, holds another kind of model, or gives other scores in the self-test than those stored.
nn::LineNetwork load_line_network(const std::filesystem::path& path,
                                  const nn::LayerRegistry& registry = nn::LayerRegistry::standard());

/// The same from memory; `source` names the bytes in errors.
nn::LineNetwork load_line_network(std::span<const std::byte> bytes, const std::string& source,
                                  const nn::LayerRegistry& registry = nn::LayerRegistry::standard());

/// The network that reads lines of numbers for the models of a folder: its lines/numbers.safetensors; none when there
/// is no such file. Throws as load_line_network.
std::shared_ptr<const LineModel> find_lines(const std::filesystem::path& models_folder);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/line_file.ipp>
#endif
