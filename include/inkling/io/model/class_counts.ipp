#pragma once

#include <inkling/io/model/class_counts.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::pair<const std::string, std::string> class_counts_note(const std::vector<Index>& counts) {
  return {"class_counts", nlohmann::json(counts).dump()};
}

INKLING_INLINE std::optional<std::vector<Index>> class_counts(const ModelInfo& info) {
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
