#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/io/safetensors/storage.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/layer_registry.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

/// Models in files: safetensors with what a reader needs to know under "__metadata__". docs/model-files.md describes
/// the format for other programs.
namespace inkling::inline INKLING_ABI {

struct SaveOptions {
  Storage storage = Storage::f32;
  std::string trained_on = {};                    // "EMNIST bymerge, 697,932 images"
  std::map<std::string, std::string> notes = {};  // whatever else is worth knowing
  Pixels self_test = {};  // images (input_shape().size() x n) whose scores are checked at every load; empty: made up

  void check() const;  // throws ValueError that names the first field out of range
};

/// The model as a file holds it. Throws ValueError for a model of a kind that is not this library's, for numbers that
/// `storage` cannot hold, for activation ranges that nn::fuse_int8 does not take, and for notes with a key of the
/// format's own; ShapeError when the self-test's images have another size.
Safetensors encode_model(const Classifier& model, const SaveOptions& options = {});

/// Writes the model to a file, all or nothing (see write_atomically). Throws as encode_model, and FileError.
void save_model(const Classifier& model, const std::filesystem::path& path, const SaveOptions& options = {});

/// A new model from a file. A network whose file has the note of activation_ranges_note.hpp computes in bytes where
/// that is fast (nn::fuse_int8), and in floats elsewhere. `registry` makes the layers of a network; see
/// nn::LayerRegistry for layers of your own.
///
/// Throws FileError when the file cannot be read, and FormatError with file, expected and got when it is damaged: a
/// broken container, a tensor that is missing, of another size, not finite or not needed, and scores of the self-test
/// that are not those stored.
std::unique_ptr<Classifier> load_model(const std::filesystem::path& path,
                                       const nn::LayerRegistry& registry = nn::LayerRegistry::standard());

/// The same from memory; `source` names the bytes in errors.
std::unique_ptr<Classifier> load_model(std::span<const std::byte> bytes, const std::string& source,
                                       const nn::LayerRegistry& registry = nn::LayerRegistry::standard());

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/model_file.ipp>
#endif
