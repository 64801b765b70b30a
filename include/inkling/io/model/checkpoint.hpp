#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/training/trainer.hpp>

#include <filesystem>
#include <map>
#include <string>

/// Runs of training in files: safetensors with everything that nn::fit_network needs to go on to the same bits.
///
///     network.<name>            a parameter of the network
///     average.<name>            of the average of its weights, when there is one
///     best.<name>               of the best network so far, when there is one
///     optimizer.first.<name>    the first moment (the velocity of SGD) of a learned parameter
///     optimizer.second.<name>   the second moment (AdamW alone)
///
/// Its notes say what the caller wants to know again, such as the options that the run must go on with.
namespace inkling::inline INKLING_ABI {

using CheckpointNotes = std::map<std::string, std::string>;

/// Writes a run of training to a file, all or nothing, so that a crash during the write keeps the checkpoint before.
/// Throws FileError, and ValueError for weights that are not finite.
void save_checkpoint(const nn::TrainingState& state, const std::filesystem::path& path,
                     const CheckpointNotes& notes = {});

/// Reads what save_checkpoint wrote. Throws FileError, and FormatError when the file is damaged or is no checkpoint.
nn::TrainingState load_checkpoint(const std::filesystem::path& path,
                                  const nn::LayerRegistry& registry = nn::LayerRegistry::standard());

/// The notes alone, however large the file. Throws FileError, and FormatError when it is no checkpoint.
CheckpointNotes read_checkpoint_notes(const std::filesystem::path& path);

/// Throws ValueError that names what differs unless the checkpoint has these notes, and as read_checkpoint_notes.
void require_checkpoint_notes(const std::filesystem::path& path, const CheckpointNotes& notes);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/checkpoint.ipp>
#endif
