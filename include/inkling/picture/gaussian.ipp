#pragma once

#include <inkling/core/range.hpp>
#include <inkling/picture/gaussian.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/row_filter.hpp>

#include <cmath>
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
  return detail::filter_image<detail::WeightedSum>(image, kernel);
}

}  // namespace inkling::inline INKLING_ABI
