#pragma once

#include <inkling/core/error.hpp>
#include <inkling/image/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace inkling {

/// Gaussian blur with a kernel of 2 * ceil(2 * sigma) + 1 taps (as MATLAB's imgaussfilt); outside the picture lies 0.
/// Throws ValueError unless sigma > 0.
inline FloatImage gaussian_blur(const FloatImage& image, double sigma) {
  require<ValueError>(sigma > 0, "gaussian_blur: sigma must be above 0");
  const auto radius = static_cast<Index>(std::ceil(2 * sigma));
  std::vector<float> kernel;
  double sum = 0;
  for (Index i = -radius; i <= radius; ++i) sum += std::exp(-0.5 * static_cast<double>(i * i) / (sigma * sigma));
  for (Index i = -radius; i <= radius; ++i) {
    kernel.push_back(static_cast<float>(std::exp(-0.5 * static_cast<double>(i * i) / (sigma * sigma)) / sum));
  }

  // Each axis is a sum of shifted copies: no branch inside the innermost loop.
  const Index width = image.width();
  const Index height = image.height();
  FloatImage across(width, height);
  FloatImage result(width, height);
  for (Index y = 0; y < height; ++y) {
    for (Index k = -radius; k <= radius; ++k) {
      const float weight = kernel[static_cast<std::size_t>(k + radius)];
      const float* source = image.row(y) + k;
      float* target = across.row(y);
      for (Index x = std::max<Index>(0, -k); x < std::min(width, width - k); ++x) target[x] += weight * source[x];
    }
  }
  for (Index y = 0; y < height; ++y) {
    for (Index k = std::max(-radius, -y); k <= std::min(radius, height - 1 - y); ++k) {
      const float weight = kernel[static_cast<std::size_t>(k + radius)];
      const float* source = across.row(y + k);
      float* target = result.row(y);
      for (Index x = 0; x < width; ++x) target[x] += weight * source[x];
    }
  }
  return result;
}

}  // namespace inkling
