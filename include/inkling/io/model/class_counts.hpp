#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/model/model_info.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A note of a model file that says how many training images each class had: "class_counts", a JSON array in the order
/// of the classes. class_prior makes of it what with_uniform_prior needs.
namespace inkling::inline INKLING_ABI {

/// For SaveOptions::notes.
inline std::pair<const std::string, std::string> class_counts_note(const std::vector<Index>& counts) {
  return {"class_counts", nlohmann::json(counts).dump()};
}

/// What the file says; nothing when it has no such note. Throws FormatError unless it is a count for each class.
inline std::optional<std::vector<Index>> class_counts(const ModelInfo& info) {
  const auto note = info.notes.find("class_counts");
  if (note == info.notes.end()) return std::nullopt;
  const nlohmann::json counts = nlohmann::json::parse(note->second, nullptr, /*allow_exceptions=*/false);
  const bool valid = counts.is_array() && counts.size() == info.class_names.size() &&
                     std::all_of(counts.begin(), counts.end(), [](const nlohmann::json& count) {
                       return count.is_number_unsigned() &&
                              count.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<Index>::max()};
                     });
  if (!valid) {
    throw FormatError("expected a count for each of " + std::to_string(info.class_names.size()) +
                      " classes as class_counts, got " + note->second.substr(0, 100));
  }
  return counts.get<std::vector<Index>>();
}

}  // namespace inkling::inline INKLING_ABI
