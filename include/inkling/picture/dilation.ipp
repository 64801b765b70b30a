#pragma once

#include <inkling/core/range.hpp>
#include <inkling/picture/dilation.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/row_filter.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE FloatImage dilated(const FloatImage& image, Index reach) {
  constexpr Index furthest = 65536;  // the longest side of a picture
  in_range("dilated: reach", reach, {0, furthest});
  const Index width = image.width();
  const Index height = image.height();
  const std::vector<float> taps(static_cast<std::size_t>(2 * reach + 1));
  std::vector<float> row(static_cast<std::size_t>(width + 2 * reach), -std::numeric_limits<float>::infinity());
  FloatImage result(width, height);
  for (Index y = 0; y < height; ++y) {
    const Index first = std::max<Index>(0, y - reach);
    const Index last = std::min(height, y + reach + 1);
    const auto rows = std::span<const float>(taps).first(static_cast<std::size_t>(last - first));
    detail::filter_row<detail::Greatest>(image.row(first), width, rows, row.data() + reach, width);
    detail::filter_row<detail::Greatest>(row.data(), 1, taps, result.row(y), width);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
