#pragma once

#include <inkling/core/range.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>
#include <inkling/picture/row_filter.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// Cubic convolution kernel with a = -1/2 (Keys 1981, "Cubic Convolution Interpolation for Digital Image Processing").
inline double cubic_kernel(double x) noexcept {
  x = std::abs(x);
  const double near = (1.5 * x - 2.5) * x * x + 1;
  const double far = ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return x < 1 ? near : x < 2 ? far : 0;
}

INKLING_INLINE ResizeAxis resize_axis(Index source, double begin, double extent, Index target) {
  ResizeAxis axis;
  const double ratio = extent / static_cast<double>(target);
  const double stretch = std::max(1.0, ratio);
  const double density = 1 / stretch;
  std::vector<double> kernel;
  axis.taps.reserve(static_cast<std::size_t>(target));
  axis.weights.reserve(static_cast<std::size_t>(std::ceil(4 * stretch + 1) * static_cast<double>(target)));
  for (Index i = 0; i < target; ++i) {
    const double centre = begin + (static_cast<double>(i) + 0.5) * ratio - 0.5;
    const auto low = static_cast<Index>(std::ceil(centre - 2 * stretch));
    const auto high = static_cast<Index>(std::floor(centre + 2 * stretch));
    kernel.resize(static_cast<std::size_t>(high + 1 - low));
    double sum = 0;
    for (std::size_t k = 0; k < kernel.size(); ++k) {
      kernel[k] = cubic_kernel((static_cast<double>(low) - centre + static_cast<double>(k)) * density);
      sum += kernel[k];
    }

    const Index first = std::clamp<Index>(low, 0, source);
    const Index last = std::clamp<Index>(high + 1, first, source);
    const std::size_t begin_of_weights = axis.weights.size();
    axis.taps.push_back({first, last - first, begin_of_weights});
    axis.weights.resize(begin_of_weights + static_cast<std::size_t>(last - first));
    const double share = 1 / sum;
    std::transform(kernel.begin() + (first - low), kernel.begin() + (last - low),
                   axis.weights.begin() + static_cast<std::ptrdiff_t>(begin_of_weights),
                   [share](double value) { return static_cast<float>(value * share); });
  }
  return axis;
}

/// Every column to as many pixels as the axis has taps: each row of the result is a sum of whole rows.
inline FloatImage resize_down(const FloatImage& image, const ResizeAxis& axis) {
  FloatImage result(image.width(), static_cast<Index>(axis.taps.size()));
  for (Index y = 0; y < result.height(); ++y) {
    const ResizeTap& tap = axis.taps[static_cast<std::size_t>(y)];
    const std::span weights(axis.weights.data() + tap.weights, static_cast<std::size_t>(tap.count));
    filter_row<WeightedSum>(image.row(tap.first), image.width(), weights, result.row(y), image.width());
  }
  return result;
}

}  // namespace detail

INKLING_INLINE FloatImage resize(const FloatImage& image, const Box& region, Index width, Index height) {
  constexpr double largest = 1e6;
  in_range("resize: region.x", region.x, {-largest, largest});
  in_range("resize: region.y", region.y, {-largest, largest});
  in_range("resize: region.width", region.width, {.low = 0, .high = largest, .above_low = true});
  in_range("resize: region.height", region.height, {.low = 0, .high = largest, .above_low = true});
  in_range("resize: width", width, {1, largest});
  in_range("resize: height", height, {1, largest});
  const detail::ResizeAxis across = detail::resize_axis(image.width(), region.x, region.width, width);
  const detail::ResizeAxis down = detail::resize_axis(image.height(), region.y, region.height, height);
  const auto resize_across = [&](const FloatImage& rows) {
    return transposed(detail::resize_down(transposed(rows), across));
  };
  // The axis that makes the picture smaller goes first.
  return static_cast<double>(height) < region.height ? resize_across(detail::resize_down(image, down))
                                                     : detail::resize_down(resize_across(image), down);
}

INKLING_INLINE GreyImage shrink(const GreyImage& image, Index factor) {
  require<ValueError>(factor >= 1, "shrink: the factor is 1 or more");
  if (factor == 1 || image.empty()) return image;
  factor = std::min(factor, std::max(image.width(), image.height()));
  GreyImage result((image.width() + factor - 1) / factor, (image.height() + factor - 1) / factor);
  // Sums in a row of tiles: those of 64 bits, since a tile of more than 4104 pixels a side may add up to 2^32.
  std::vector<std::uint32_t> columns(static_cast<std::size_t>(result.width() * factor));
  const auto step = static_cast<std::size_t>(factor);
  std::vector<std::uint64_t> tiles(static_cast<std::size_t>(result.width()));
  for (Index y = 0; y < result.height(); ++y) {
    std::fill(columns.begin(), columns.end(), 0U);
    const Index bottom = std::min(image.height(), (y + 1) * factor);
    for (Index row = y * factor; row < bottom; ++row) {
      const std::uint8_t* source = image.row(row);
      for (Index x = 0; x < image.width(); ++x) columns[static_cast<std::size_t>(x)] += source[x];
    }
    std::fill(tiles.begin(), tiles.end(), std::uint64_t{0});
    for (std::size_t k = 0; k < step; ++k) {
      for (std::size_t x = 0; x < tiles.size(); ++x) tiles[x] += columns[x * step + k];
    }
    const auto mean = [&](Index x, Index width) {
      const auto area = static_cast<std::uint64_t>(width * (bottom - y * factor));
      result(x, y) = static_cast<std::uint8_t>((tiles[static_cast<std::size_t>(x)] + area / 2) / area);
    };
    for (Index x = 0; x + 1 < result.width(); ++x) mean(x, factor);
    mean(result.width() - 1, image.width() - (result.width() - 1) * factor);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
