#pragma once

#include <inkling/ink/otsu.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::size_t otsu_threshold(std::span<const std::uint32_t> histogram) noexcept {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    count += histogram[i];
    sum += std::uint64_t{i} * histogram[i];
  }
  const auto total = static_cast<double>(count);
  const auto total_sum = static_cast<double>(sum);
  double below = 0;
  double below_sum = 0;
  double best = -1;
  std::size_t first = 0;
  std::size_t last = 0;
  double between = 0;  // the variance between both sides
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    if (histogram[i] == 0) {  // as good as the level before
      if (between == best) last = i;
      continue;
    }
    below += histogram[i];
    below_sum += static_cast<double>(i) * histogram[i];
    const double above = total - below;
    if (above == 0) {
      if (best < 0) first = last = i;
      break;
    }
    const double gap = (total_sum - below_sum) / above - below_sum / below;
    between = below * above * gap * gap;
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
