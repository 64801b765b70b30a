#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/features/hog.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI {

class Collective;
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
  /// Who trains it together (core/collective.hpp): class k on rank k mod n; the machine is that of one. All ranks have
  /// the same data and options, but for threads and callback. Null: this process alone.
  Collective* ranks = nullptr;

  void check() const;  // throws ValueError that names the first field out of range
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/svm/options.ipp>
#endif
