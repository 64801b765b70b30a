#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/model/model_info.hpp>

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
std::pair<const std::string, std::string> accuracy_note(const MeasuredAccuracy& measured);

/// What the file says; nothing when it has no such note. Throws FormatError unless it is a share in [0, 1] of a number
/// of samples above 0, and says which.
std::optional<MeasuredAccuracy> measured_accuracy(const ModelInfo& info);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/measured_accuracy.ipp>
#endif
