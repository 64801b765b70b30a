#pragma once

#include <inkling/ink/otsu.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::size_t otsu_threshold(std::span<const std::uint32_t> histogram) noexcept {
  double total = 0;
  double total_sum = 0;
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    total += histogram[i];
    total_sum += static_cast<double>(i) * histogram[i];
  }
  double below = 0;
  double below_sum = 0;
  double best = -1;
  std::size_t first = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    below += histogram[i];
    below_sum += static_cast<double>(i) * histogram[i];
    const double above = total - below;
    if (below == 0) continue;
    if (above == 0) {
      if (best < 0) first = last = i;
      break;
    }
    const double gap = (total_sum - below_sum) / above - below_sum / below;
    const double between = below * above * gap * gap;
    if (between > best) {
      best = between;
      first = last = i;
    } else if (between == best) {
      last = i;
    }
  }
  return (first + last) / 2;
}

}  // namespace inkling::inline INKLING_ABI
