#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/model/activation_ranges_note.hpp>

#include <cmath>

namespace inkling::inline INKLING_ABI {
namespace detail {

inline const std::string activation_ranges_key = "activation_ranges";

/// Empty for a note that does not say what it should.
inline std::vector<float> parse_ranges(const std::string& note) {
  const Json list = parse_json(note);
  std::vector<float> ranges;
  if (list.kind != Json::Kind::array) return {};
  for (const Json& element : list.elements) {
    const auto range = static_cast<float>(element.number.value);
    if (element.kind != Json::Kind::number || !(range > 0) || !std::isfinite(range)) return {};
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace detail

INKLING_INLINE std::pair<const std::string, std::string> activation_ranges_note(std::span<const float> ranges) {
  std::string list;
  for (const float range : ranges) list += (list.empty() ? "" : ",") + detail::number_text(range);
  return {detail::activation_ranges_key, "[" + list + "]"};
}

INKLING_INLINE std::vector<float> activation_ranges(const ModelInfo& info) {
  const auto note = info.notes.find(detail::activation_ranges_key);
  if (note == info.notes.end()) return {};
  std::vector<float> ranges;
  try {
    ranges = detail::parse_ranges(note->second);
  } catch (const FormatError&) {
    ranges.clear();
  }
  if (ranges.empty()) {
    throw FormatError("expected numbers above 0 as the note activation_ranges, got " + note->second.substr(0, 100));
  }
  return ranges;
}

}  // namespace inkling::inline INKLING_ABI
