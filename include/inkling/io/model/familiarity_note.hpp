#pragma once

#include <inkling/core/config.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/model/familiarity.hpp>

#include <optional>
#include <string>
#include <utility>

/// A note of a model file that says how much characters resemble what the model learned: "familiarity", a JSON array of
/// the quantiles.
namespace inkling::inline INKLING_ABI {

/// For SaveOptions::notes.
std::pair<const std::string, std::string> familiarity_note(const Familiarity& familiarity);

/// What the file says; nothing when it has no such note. Throws FormatError unless it is at least two numbers that do
/// not fall.
std::optional<Familiarity> familiarity(const ModelInfo& info);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/familiarity_note.ipp>
#endif
