#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/io/model/checkpoint.hpp>

#include <cstdint>
#include <filesystem>

#include "recipes.hpp"

/// What decides the bits of a network, for its checkpoints: model, epochs, seed, and the images it learns from.
inkling::CheckpointNotes training_notes(ModelKind kind, const inkling::Dataset& data, inkling::Index epochs,
                                        std::uint64_t seed);

/// Throws inkling::ValueError that names what differs unless the checkpoint was written with these notes.
void require_same_notes(const std::filesystem::path& checkpoint, const inkling::CheckpointNotes& notes);
