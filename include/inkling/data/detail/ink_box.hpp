#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace inkling::inline INKLING_ABI::detail {

/// The box of the ink in a clean picture, whole pixels, both ends inside. Empty (last before first) without ink.
struct InkBox {
  Index first_x = 0;
  Index last_x = -1;
  Index first_y = 0;
  Index last_y = -1;

  bool empty() const noexcept { return last_x < first_x; }
  float width() const noexcept { return static_cast<float>(last_x - first_x + 1); }
  float height() const noexcept { return static_cast<float>(last_y - first_y + 1); }
  float middle_x() const noexcept { return static_cast<float>(first_x + last_x) / 2; }
  float middle_y() const noexcept { return static_cast<float>(first_y + last_y) / 2; }
};

inline InkBox box_of_ink(std::span<const float> values, const Shape& image) {
  constexpr float least = 0.4F;
  InkBox box{image.width, -1, image.height, -1};
  for (Index y = 0; y < image.height; ++y) {
    for (Index x = 0; x < image.width; ++x) {
      if (!(values[static_cast<std::size_t>(y * image.width + x)] > least)) continue;
      box.first_x = std::min(box.first_x, x);
      box.last_x = std::max(box.last_x, x);
      box.first_y = std::min(box.first_y, y);
      box.last_y = std::max(box.last_y, y);
    }
  }
  return box;
}

}  // namespace inkling::inline INKLING_ABI::detail
