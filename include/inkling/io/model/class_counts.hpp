#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/model/model_info.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A note of a model file that says how many training images each class had: "class_counts", a JSON array in the order
/// of the classes. class_prior makes of it what with_uniform_prior needs.
namespace inkling::inline INKLING_ABI {

/// For SaveOptions::notes.
std::pair<const std::string, std::string> class_counts_note(const std::vector<Index>& counts);

/// What the file says; nothing when it has no such note. Throws FormatError unless it is a count for each class.
std::optional<std::vector<Index>> class_counts(const ModelInfo& info);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/class_counts.ipp>
#endif
