#pragma once

#include <inkling/core/range.hpp>
#include <inkling/picture/gaussian.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/row_filter.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE FloatImage gaussian_blur(const FloatImage& image, double sigma) {
  in_range("gaussian_blur: sigma", sigma, {.low = 0, .high = 1000, .above_low = true});
  const auto radius = static_cast<Index>(std::ceil(2 * sigma));
  std::vector<float> kernel;
  double sum = 0;
  for (Index i = -radius; i <= radius; ++i) sum += std::exp(-0.5 * static_cast<double>(i * i) / (sigma * sigma));
  for (Index i = -radius; i <= radius; ++i) {
    kernel.push_back(static_cast<float>(std::exp(-0.5 * static_cast<double>(i * i) / (sigma * sigma)) / sum));
  }

  const Index width = image.width();
  const Index height = image.height();
  FloatImage result(width, height);
  std::vector<float> down(static_cast<std::size_t>(width + 2 * radius));  // a row, with paper to its left and right
  for (Index y = 0; y < height; ++y) {
    const Index first = std::max<Index>(0, y - radius);
    const Index last = std::min(height, y + radius + 1);
    const auto taps = std::span<const float>(kernel).subspan(static_cast<std::size_t>(first - y + radius),
                                                             static_cast<std::size_t>(last - first));
    detail::filter_row<detail::WeightedSum>(image.row(first), width, taps, down.data() + radius, width);
    detail::filter_row<detail::WeightedSum>(down.data(), 1, kernel, result.row(y), width);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
