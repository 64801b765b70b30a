#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/model/familiarity_note.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace inkling::inline INKLING_ABI {
namespace detail {

/// To a thousandth, which is more than enough, and less to read.
inline std::string short_number(float value) {
  return json_text(std::round(static_cast<double>(value) * 1000) / 1000);
}

/// Nothing for a note that does not say what it should.
inline std::optional<Familiarity> parse_familiarity(const std::string& note) {
  const Json list = parse_json(note);
  if (list.kind != Json::Kind::array || list.elements.size() < 2) return std::nullopt;
  Familiarity result;
  for (const Json& element : list.elements) {
    const auto value = static_cast<float>(element.number.value);
    if (element.kind != Json::Kind::number || !std::isfinite(value)) return std::nullopt;
    result.quantiles.push_back(value);
  }
  if (!std::is_sorted(result.quantiles.begin(), result.quantiles.end())) return std::nullopt;
  return result;
}

}  // namespace detail

INKLING_INLINE std::pair<const std::string, std::string> familiarity_note(const Familiarity& familiarity) {
  std::string list;
  for (const float quantile : familiarity.quantiles) list += (list.empty() ? "" : ",") + detail::short_number(quantile);
  return {"familiarity", "[" + list + "]"};
}

INKLING_INLINE std::optional<Familiarity> familiarity(const ModelInfo& info) {
  const auto note = info.notes.find("familiarity");
  if (note == info.notes.end()) return std::nullopt;
  std::optional<Familiarity> result;
  try {
    result = detail::parse_familiarity(note->second);
  } catch (const FormatError&) {
    result.reset();
  }
  if (!result) {
    throw FormatError("expected at least two numbers that do not fall as the note familiarity, got " +
                      note->second.substr(0, 100));
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
