#pragma once

#include <inkling/io/model/measured_accuracy.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::pair<const std::string, std::string> accuracy_note(const MeasuredAccuracy& measured) {
  return {"accuracy",
          nlohmann::json{{"share", measured.share}, {"samples", measured.samples}, {"on", measured.on}}.dump()};
}

INKLING_INLINE std::optional<MeasuredAccuracy> measured_accuracy(const ModelInfo& info) {
  const auto note = info.notes.find("accuracy");
  if (note == info.notes.end()) return std::nullopt;
  const nlohmann::json said = nlohmann::json::parse(note->second, nullptr, /*allow_exceptions=*/false);
  const auto member = [&](const char* name) { return said.is_object() ? said.value(name, nlohmann::json()) : said; };
  const nlohmann::json share = member("share");
  const nlohmann::json samples = member("samples");
  const nlohmann::json on = member("on");
  const bool valid = share.is_number() && share >= 0 && share <= 1 && samples.is_number_unsigned() &&
                     samples.get<Index>() > 0 && on.is_string();
  if (!valid) {
    throw FormatError("expected share, samples and on in the note accuracy, got " + note->second.substr(0, 100));
  }
  return MeasuredAccuracy{share.get<double>(), samples.get<Index>(), on.get<std::string>()};
}

}  // namespace inkling::inline INKLING_ABI
