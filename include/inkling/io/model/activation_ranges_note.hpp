#pragma once

#include <inkling/core/config.hpp>
#include <inkling/io/model/model_info.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

/// A note of a model file that lets a network compute in bytes: "activation_ranges", a JSON array of what
/// nn::activation_ranges gives for it.
namespace inkling::inline INKLING_ABI {

/// For SaveOptions::notes.
std::pair<const std::string, std::string> activation_ranges_note(std::span<const float> ranges);

/// What the file says; empty when it has no such note. Throws FormatError unless it is a list of numbers above 0.
std::vector<float> activation_ranges(const ModelInfo& info);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/activation_ranges_note.ipp>
#endif
