#pragma once

#include <inkling/core/config.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI::detail {

/// log(exp(a) + exp(b)), where minus infinity is the logarithm of 0.
inline double log_add(double a, double b) noexcept {
  const double high = std::max(a, b);
  return std::isinf(high) ? high : high + std::log1p(std::exp(std::min(a, b) - high));
}

}  // namespace inkling::inline INKLING_ABI::detail
