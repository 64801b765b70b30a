#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/model/model_info.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

/// A note of a model file that says how often its model was right on images that it did not learn from: "accuracy", a
/// JSON object.
namespace inkling::inline INKLING_ABI {

struct MeasuredAccuracy {
  double share = 0;   // of the images that were read rightly, in [0, 1]
  Index samples = 0;  // how many images there were, above 0
  std::string on;     // which ones: "EMNIST bymerge train, held out"

  bool operator==(const MeasuredAccuracy&) const = default;
};

/// For SaveOptions::notes.
inline std::pair<const std::string, std::string> accuracy_note(const MeasuredAccuracy& measured) {
  return {"accuracy",
          nlohmann::json{{"share", measured.share}, {"samples", measured.samples}, {"on", measured.on}}.dump()};
}

/// What the file says; nothing when it has no such note. Throws FormatError unless it is a share in [0, 1] of a number
/// of samples above 0, and says which.
inline std::optional<MeasuredAccuracy> measured_accuracy(const ModelInfo& info) {
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
