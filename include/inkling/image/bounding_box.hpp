#pragma once

#include <inkling/image/grey_image.hpp>

#include <algorithm>
#include <optional>

namespace inkling {

/// The smallest rectangle with every value above the threshold, in whole pixels; nothing when there is none.
template <typename T>
std::optional<Box> bounding_box(const Image<T>& image, T threshold) {
  Index left = image.width();
  Index top = image.height();
  Index right = 0;
  Index bottom = 0;
  for (Index y = 0; y < image.height(); ++y) {
    for (Index x = 0; x < image.width(); ++x) {
      if (!(image(x, y) > threshold)) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = y + 1;
    }
  }
  if (right == 0) return std::nullopt;
  return Box{static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
             static_cast<double>(bottom - top)};
}

}  // namespace inkling
