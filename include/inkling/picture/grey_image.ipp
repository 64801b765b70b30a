#pragma once

#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstdint>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE GreyImage to_grey(const FloatImage& image, float limit) {
  GreyImage grey(image.width(), image.height());
  std::transform(image.values().begin(), image.values().end(), grey.values().begin(), [limit](float value) {
    return static_cast<std::uint8_t>(std::min(std::max(value / limit, 0.0F), 1.0F) * 255 + 0.5F);
  });
  return grey;
}

}  // namespace inkling::inline INKLING_ABI
