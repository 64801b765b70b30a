#pragma once

#include <inkling/nn/training/schedule.hpp>

#include <cmath>
#include <functional>
#include <numbers>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE Schedule constant() {
  return [](double) { return 1.0; };
}

INKLING_INLINE Schedule one_cycle(const OneCycleOptions& options) {
  return [options](double progress) {
    const auto between = [](double from, double to, double share) {
      return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
    };
    return options.peak_at > 0 && progress <= options.peak_at
               ? between(options.start, 1, progress / options.peak_at)
               : between(1, options.end, (progress - options.peak_at) / (1 - options.peak_at));
  };
}

INKLING_INLINE Schedule cosine(const CosineOptions& options) {
  return one_cycle({.peak_at = options.warm_up, .start = options.warm_up > 0 ? 0.0 : 1.0, .end = options.end});
}

}  // namespace inkling::inline INKLING_ABI::nn
