#pragma once

#include <inkling/core/range.hpp>
#include <inkling/picture/dilation.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/row_filter.hpp>

#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE FloatImage dilated(const FloatImage& image, Index reach) {
  constexpr Index furthest = 65536;  // the longest side of a picture
  in_range("dilated: reach", reach, {0, furthest});
  const std::vector<float> taps(static_cast<std::size_t>(2 * reach + 1));
  return detail::filter_image<detail::Greatest>(image, taps);
}

}  // namespace inkling::inline INKLING_ABI
