#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The smallest rectangle with every value above the threshold, in whole pixels; nothing when there is none.
template <typename T>
std::optional<Box> bounding_box(const Image<T>& image, T threshold) {
  const Index width = image.width();
  Index top = image.height();
  Index bottom = 0;
  std::vector<T> columns(static_cast<std::size_t>(width), threshold);  // the largest value of each, or the threshold
  for (Index y = 0; y < image.height(); ++y) {
    const T* const row = image.row(y);
    int above = 0;
    for (Index x = 0; x < width; ++x) {
      T& column = columns[static_cast<std::size_t>(x)];
      above |= row[x] > threshold ? 1 : 0;
      column = column < row[x] ? row[x] : column;
    }
    if (above == 0) continue;
    if (top > y) top = y;
    bottom = y + 1;
  }
  if (bottom == 0) return std::nullopt;
  Index left = 0;
  Index right = width;
  while (columns[static_cast<std::size_t>(left)] == threshold) ++left;
  while (columns[static_cast<std::size_t>(right - 1)] == threshold) --right;
  return Box{static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
             static_cast<double>(bottom - top)};
}

}  // namespace inkling::inline INKLING_ABI
