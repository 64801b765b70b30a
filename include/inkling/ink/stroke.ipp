#pragma once

#include <inkling/ink/stroke.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/row_filter.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE double stroke_width(const FloatImage& strokes) noexcept {
  const Index columns = strokes.width() - 1;
  if (columns < 1) return 0;
  double area = 0;
  double outline = 0;
  for (Index y = 0; y + 1 < strokes.height(); ++y) {
    const auto here = strokes.row_array(y).head(columns);
    const auto right = strokes.row_array(y).tail(columns);
    const auto below = strokes.row_array(y + 1).head(columns);
    area += static_cast<double>(here.sum());
    outline += static_cast<double>(((right - here).square() + (below - here).square()).sqrt().sum());
  }
  return outline > 0 ? 2 * area / outline : 0;
}

INKLING_INLINE FloatImage thickened(const FloatImage& strokes, double radius) {
  if (radius <= 0) return strokes;
  const auto reach = static_cast<Index>(std::ceil(radius)) + 1;
  const Index width = strokes.width();
  const Index height = strokes.height();
  std::vector<float> squares;
  for (Index k = -reach; k <= reach; ++k) squares.push_back(static_cast<float>(k * k));

  // The squared distance to the nearest ink, if that is within reach: first within columns, then across rows.
  constexpr float far = std::numeric_limits<float>::max();
  FloatImage to_ink(width, height + 2 * reach, far);
  for (Index y = 0; y < height; ++y) {
    std::transform(strokes.row(y), strokes.row(y) + width, to_ink.row(y + reach),
                   [](float value) { return value > 0.5F ? 0.0F : far; });
  }
  FloatImage result(width, height);
  std::vector<float> padded(static_cast<std::size_t>(width + 2 * reach), far);
  for (Index y = 0; y < height; ++y) {
    detail::filter_row<detail::LeastSum>(to_ink.row(y), width, squares, padded.data() + reach, width);
    detail::filter_row<detail::LeastSum>(padded.data(), 1, squares, result.row(y), width);
  }
  const auto edge = static_cast<float>(radius) + 1;
  result.array() = (edge - result.array().sqrt()).max(0.0F).min(1.0F).max(strokes.array());
  return result;
}

}  // namespace inkling::inline INKLING_ABI
