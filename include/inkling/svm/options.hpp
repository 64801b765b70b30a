#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/features/hog.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

class LinearSvm;

enum class SvmLoss {
  hinge,          // max(0, 1 - y w.x)
  squared_hinge,  // max(0, 1 - y w.x)^2
};

struct SvmOptions {
  double c = 0.05;  // weight of the losses against |w|^2 / 2; small means smooth
  SvmLoss loss = SvmLoss::squared_hinge;
  bool bias = true;                        // append a constant 1 to every sample (its weight is regularised)
  std::vector<double> class_weights = {};  // factors of c for the samples of each class; empty: all 1
  std::optional<HogOptions> hog = {};      // images: learn from their HOG features instead of their pixels
  double tolerance = 1e-3;                 // ends when the duality gap is at most this share of the primal objective
  Index max_passes = 1000;                 // over the samples, for each class
  std::uint64_t seed = 1;                  // orders the visits (hinge)
  int threads = 0;                         // 0: all cores; the result does not depend on it
  const LinearSvm* start = nullptr;        // squared hinge: a machine of the same shape to start from
  ProgressCallback on_progress = {};       // called every few passes
};

/// How the training of one class against the rest ended.
struct SvmConvergence {
  Index passes = 0;        // over the samples, or over those that still mattered
  double primal = 0;       // |w|^2 / 2 + C sum of losses, what training minimises
  double dual = 0;         // a lower bound of the minimum
  bool hit_limit = false;  // ended by the limit of passes, the callback or rounding, before the gap was small enough

  /// `primal` is at most this far above the minimum.
  double gap() const noexcept { return primal - dual; }
};

namespace svm {

/// Throws ValueError when there is nothing to learn from or an option is out of range.
inline void check(const SvmOptions& options, Index samples, std::size_t classes) {
  if (samples == 0) throw ValueError("LinearSvm: there are no samples to learn from");
  if (!(options.c > 0) || !std::isfinite(options.c)) {
    throw ValueError("LinearSvm: c must be above 0, got " + std::to_string(options.c));
  }
  if (!options.class_weights.empty() && options.class_weights.size() != classes) {
    throw ValueError("LinearSvm: expected " + std::to_string(classes) + " class weights, got " +
                     std::to_string(options.class_weights.size()));
  }
  for (const double weight : options.class_weights) {
    if (!(weight > 0) || !std::isfinite(weight)) {
      throw ValueError("LinearSvm: a class weight must be above 0, got " + std::to_string(weight));
    }
  }
  if (!(options.tolerance > 0)) {
    throw ValueError("LinearSvm: the tolerance must be above 0, got " + std::to_string(options.tolerance));
  }
  if (options.max_passes < 1) {
    throw ValueError("LinearSvm: at least one pass is needed, got " + std::to_string(options.max_passes));
  }
}

}  // namespace svm
}  // namespace inkling::inline INKLING_ABI
