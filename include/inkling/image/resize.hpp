#pragma once

#include <inkling/image/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace inkling {

namespace detail {

/// Cubic convolution kernel with a = -1/2 (Keys 1981, "Cubic Convolution Interpolation for Digital Image Processing").
inline double cubic_kernel(double x) noexcept {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

/// The source pixels of one target pixel along one axis: weights[0 .. count) belong to first, first + 1, ...
struct ResizeTap {
  Index first = 0;
  Index count = 0;
  std::size_t weights = 0;  // where they begin in ResizeAxis::weights
};

struct ResizeAxis {
  std::vector<ResizeTap> taps;  // one for each target pixel
  std::vector<float> weights;
};

/// Maps [begin, begin + extent) of `source` pixels to `target` pixels. When the picture shrinks, the kernel grows with
/// the ratio, which is the low-pass filter against aliasing. Source pixels outside the picture are 0: their taps go.
inline ResizeAxis resize_axis(Index source, double begin, double extent, Index target) {
  ResizeAxis axis;
  axis.taps.reserve(static_cast<std::size_t>(target));
  const double ratio = extent / static_cast<double>(target);
  const double stretch = std::max(1.0, ratio);
  for (Index i = 0; i < target; ++i) {
    const double centre = begin + (static_cast<double>(i) + 0.5) * ratio - 0.5;
    const auto low = static_cast<Index>(std::ceil(centre - 2 * stretch));
    const auto high = static_cast<Index>(std::floor(centre + 2 * stretch));
    double sum = 0;
    for (Index s = low; s <= high; ++s) sum += cubic_kernel((static_cast<double>(s) - centre) / stretch);

    const Index first = std::clamp<Index>(low, 0, source);
    const Index last = std::clamp<Index>(high + 1, first, source);
    axis.taps.push_back({first, last - first, axis.weights.size()});
    for (Index s = first; s < last; ++s) {
      axis.weights.push_back(static_cast<float>(cubic_kernel((static_cast<double>(s) - centre) / stretch) / sum));
    }
  }
  return axis;
}

/// Every row to as many pixels as the axis has taps.
inline FloatImage resize_across(const FloatImage& image, const ResizeAxis& axis) {
  const auto width = static_cast<Index>(axis.taps.size());
  FloatImage result(width, image.height());
  for (Index y = 0; y < image.height(); ++y) {
    const float* source = image.row(y);
    float* target = result.row(y);
    for (Index x = 0; x < width; ++x) {
      const ResizeTap& tap = axis.taps[static_cast<std::size_t>(x)];
      const float* weights = axis.weights.data() + tap.weights;
      float sum = 0;
      for (Index k = 0; k < tap.count; ++k) sum += weights[k] * source[tap.first + k];
      target[x] = sum;
    }
  }
  return result;
}

/// Every column to as many pixels as the axis has taps: each row of the result is a sum of whole rows.
inline FloatImage resize_down(const FloatImage& image, const ResizeAxis& axis) {
  const auto height = static_cast<Index>(axis.taps.size());
  FloatImage result(image.width(), height);
  for (Index y = 0; y < height; ++y) {
    const ResizeTap& tap = axis.taps[static_cast<std::size_t>(y)];
    float* target = result.row(y);
    for (Index k = 0; k < tap.count; ++k) {
      const float weight = axis.weights[tap.weights + static_cast<std::size_t>(k)];
      const float* source = image.row(tap.first + k);
      for (Index x = 0; x < image.width(); ++x) target[x] += weight * source[x];
    }
  }
  return result;
}

}  // namespace detail

/// The part `region` of the picture at width x height pixels, by antialiased bicubic interpolation (as MATLAB's
/// imresize). The region may reach over the edge: outside the picture lies 0. Values may overshoot by a few percent.
inline FloatImage resize(const FloatImage& image, const Box& region, Index width, Index height) {
  const detail::ResizeAxis across = detail::resize_axis(image.width(), region.x, region.width, width);
  const detail::ResizeAxis down = detail::resize_axis(image.height(), region.y, region.height, height);
  // The axis that makes the picture smaller goes first.
  if (static_cast<double>(height) < region.height)
    return detail::resize_across(detail::resize_down(image, down), across);
  return detail::resize_down(detail::resize_across(image, across), down);
}

/// The picture at 1/factor of its size: each pixel is the mean of a tile of factor x factor (smaller at the right and
/// bottom edge). Throws ValueError unless factor >= 1.
inline GreyImage shrink(const GreyImage& image, Index factor) {
  require<ValueError>(factor >= 1, "shrink: the factor is 1 or more");
  if (factor == 1) return image;
  GreyImage result((image.width() + factor - 1) / factor, (image.height() + factor - 1) / factor);
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(image.width()));  // of the columns of one row of tiles
  for (Index y = 0; y < result.height(); ++y) {
    std::fill(sums.begin(), sums.end(), 0U);
    const Index bottom = std::min(image.height(), (y + 1) * factor);
    for (Index row = y * factor; row < bottom; ++row) {
      const std::uint8_t* source = image.row(row);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += source[i];
    }
    for (Index x = 0; x < result.width(); ++x) {
      const Index right = std::min(image.width(), (x + 1) * factor);
      const auto area = static_cast<std::uint32_t>((right - x * factor) * (bottom - y * factor));
      std::uint32_t sum = area / 2;  // to round
      for (Index i = x * factor; i < right; ++i) sum += sums[static_cast<std::size_t>(i)];
      result(x, y) = static_cast<std::uint8_t>(sum / area);
    }
  }
  return result;
}

}  // namespace inkling
