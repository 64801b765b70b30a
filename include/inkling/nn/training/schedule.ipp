#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/training/schedule.hpp>

#include <cmath>
#include <functional>
#include <numbers>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void CosineOptions::check() const {
  in_range("CosineOptions::warm_up", warm_up, {0, 1});
  in_range("CosineOptions::end", end, {0, 1000});
}

INKLING_INLINE void OneCycleOptions::check() const {
  in_range("OneCycleOptions::peak_at", peak_at, {0, 1});
  in_range("OneCycleOptions::start", start, {0, 1000});
  in_range("OneCycleOptions::end", end, {0, 1000});
}

INKLING_INLINE Schedule constant() {
  return [](double) { return 1.0; };
}

INKLING_INLINE Schedule one_cycle(const OneCycleOptions& options) {
  options.check();
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
  options.check();
  return one_cycle({.peak_at = options.warm_up, .start = options.warm_up > 0 ? 0.0 : 1.0, .end = options.end});
}

}  // namespace inkling::inline INKLING_ABI::nn
