#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/model/measured_accuracy.hpp>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::pair<const std::string, std::string> accuracy_note(const MeasuredAccuracy& measured) {
  return {"accuracy", R"({"on":)" + detail::json_text(measured.on) + R"(,"samples":)" +
                          std::to_string(measured.samples) + R"(,"share":)" + detail::json_text(measured.share) + "}"};
}

namespace detail {

/// Nothing for a note that does not say what it should.
inline std::optional<MeasuredAccuracy> parse_accuracy(const std::string& note) {
  const Json said = parse_json(note);
  const Json* const share = said.find("share");
  const Json* const samples = said.find("samples");
  const Json* const on = said.find("on");
  const bool valid = share != nullptr && share->kind == Json::Kind::number && share->number.value >= 0 &&
                     share->number.value <= 1 && samples != nullptr && samples->is_count() &&
                     samples->number.magnitude > 0 && on != nullptr && on->is_string();
  if (!valid) return std::nullopt;
  return MeasuredAccuracy{share->number.value, static_cast<Index>(samples->number.magnitude), on->string};
}

}  // namespace detail

INKLING_INLINE std::optional<MeasuredAccuracy> measured_accuracy(const ModelInfo& info) {
  const auto note = info.notes.find("accuracy");
  if (note == info.notes.end()) return std::nullopt;
  std::optional<MeasuredAccuracy> measured;
  try {
    measured = detail::parse_accuracy(note->second);
  } catch (const FormatError&) {
    measured.reset();
  }
  if (!measured) {
    throw FormatError("expected share, samples and on in the note accuracy, got " + note->second.substr(0, 100));
  }
  return measured;
}

}  // namespace inkling::inline INKLING_ABI
