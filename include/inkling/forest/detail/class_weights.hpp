#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// What one sample of each class counts, in whole numbers, so that scores stay exact. `unit`, a power of two, stands
/// for the weight 1, so that weights in a simple ratio keep it.
struct ClassWeights {
  std::vector<std::uint16_t> of_class;
  std::uint32_t unit = 1;

  /// The weights of all samples add up to less than 2^31, and 12 repeats of the heaviest fit 16 bits.
  ClassWeights(const std::vector<double>& weights, Index samples, Index classes)
      : of_class(static_cast<std::size_t>(classes), 1) {
    if (weights.empty()) return;
    const double largest = std::clamp(0x1p31 / static_cast<double>(samples), 1.0, 4096.0);
    const double scale = std::exp2(std::floor(std::log2(largest / *std::max_element(weights.begin(), weights.end()))));
    unit = static_cast<std::uint32_t>(std::clamp(scale, 1.0, 0x1p31));
    for (std::size_t c = 0; c < of_class.size(); ++c) {
      of_class[c] = static_cast<std::uint16_t>(std::max(1.0, std::round(weights[c] * scale)));
    }
  }
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
