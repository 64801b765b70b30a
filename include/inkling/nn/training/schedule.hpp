#pragma once

#include <inkling/core/config.hpp>

#include <cmath>
#include <functional>
#include <numbers>

namespace inkling::inline INKLING_ABI::nn {

/// The learning rate over a run: maps progress in [0, 1] to a factor of the optimiser's learning rate. A pure function,
/// so that a resumed run continues where it stood.
using Schedule = std::function<double(double progress)>;

inline Schedule constant() {
  return [](double) { return 1.0; };
}

struct OneCycleOptions {
  double peak_at = 0.25;  // share of the run in which the rate rises
  double start = 0.04;    // factor at the beginning
  double end = 1e-3;      // factor at the end
};

/// Rises to the full rate, then falls, along half cosines (Smith and Topin 2018, arXiv:1708.07120).
inline Schedule one_cycle(const OneCycleOptions& options = {}) {
  return [options](double progress) {
    const auto between = [](double from, double to, double share) {
      return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
    };
    return options.peak_at > 0 && progress <= options.peak_at
               ? between(options.start, 1, progress / options.peak_at)
               : between(1, options.end, (progress - options.peak_at) / (1 - options.peak_at));
  };
}

struct CosineOptions {
  double warm_up = 0;  // share of the run in which the rate first rises from 0, along half a cosine, too
  double end = 0;      // factor at the end
};

/// Falls from the full rate along half a cosine (Loshchilov and Hutter 2017, arXiv:1608.03983).
inline Schedule cosine(const CosineOptions& options = {}) {
  return one_cycle({.peak_at = options.warm_up, .start = options.warm_up > 0 ? 0.0 : 1.0, .end = options.end});
}

}  // namespace inkling::inline INKLING_ABI::nn
