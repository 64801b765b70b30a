#pragma once

#include <inkling/image/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace inkling {

/// The mean width of the strokes in pixels: a line of length L and width w has the area L * w and the outline 2 * L.
/// strokes: 0 paper to 1 ink. 0 when there are none.
inline double stroke_width(const FloatImage& strokes) noexcept {
  double area = 0;
  double outline = 0;
  for (Index y = 0; y + 1 < strokes.height(); ++y) {
    const float* here = strokes.row(y);
    const float* below = strokes.row(y + 1);
    float row_area = 0;
    float row_outline = 0;
    for (Index x = 0; x + 1 < strokes.width(); ++x) {
      const float across = here[x + 1] - here[x];
      const float down = below[x] - here[x];
      row_area += here[x];
      row_outline += std::sqrt(across * across + down * down);
    }
    area += static_cast<double>(row_area);
    outline += static_cast<double>(row_outline);
  }
  return outline > 0 ? 2 * area / outline : 0;
}

/// Strokes that reach `radius` pixels further to each side, with an edge of one pixel. strokes: 0 paper to 1 ink.
inline FloatImage thickened(const FloatImage& strokes, double radius) {
  if (radius <= 0) return strokes;
  const auto reach = static_cast<Index>(std::ceil(radius)) + 1;
  const Index width = strokes.width();
  const Index height = strokes.height();

  // The squared distance to the nearest ink, cut off beyond `reach`: first within columns, then across rows.
  const auto far = static_cast<float>((reach + 1) * (reach + 1));
  FloatImage down(width, height, far);
  for (Index y = 0; y < height; ++y) {
    for (Index k = std::max(-reach, -y); k <= std::min(reach, height - 1 - y); ++k) {
      const auto distance = static_cast<float>(k * k);
      const float* source = strokes.row(y + k);
      float* target = down.row(y);
      for (Index x = 0; x < width; ++x) target[x] = std::min(target[x], source[x] > 0.5F ? distance : far);
    }
  }
  FloatImage result(width, height, far);
  for (Index y = 0; y < height; ++y) {
    float* target = result.row(y);
    for (Index k = -reach; k <= reach; ++k) {
      const auto distance = static_cast<float>(k * k);
      const float* source = down.row(y) + k;
      for (Index x = std::max<Index>(0, -k); x < std::min(width, width - k); ++x) {
        target[x] = std::min(target[x], source[x] + distance);
      }
    }
    const auto edge = static_cast<float>(radius) + 1;
    for (Index x = 0; x < width; ++x) {
      target[x] = std::max(strokes(x, y), std::clamp(edge - std::sqrt(target[x]), 0.0F, 1.0F));
    }
  }
  return result;
}

}  // namespace inkling
