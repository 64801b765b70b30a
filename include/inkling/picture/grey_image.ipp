#pragma once

#include <inkling/core/error.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace inkling::inline INKLING_ABI {

namespace detail {

INKLING_INLINE std::size_t image_size(Index width, Index height) {
  if (width < 0 || height < 0) {
    throw ShapeError("Image: sides of 0 or more expected, got " + std::to_string(width) + "x" + std::to_string(height));
  }
  // Pixels: beyond what any memory holds, and far from an overflow, in WebAssembly too, where an Index has 32 bits.
  constexpr Index most = Index{1} << (sizeof(Index) < 8 ? 28 : 40);
  if (height > 0 && width > most / height) {
    throw ShapeError("Image: at most 2^40 pixels expected, got " + std::to_string(width) + "x" +
                     std::to_string(height));
  }
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

INKLING_INLINE void check_image_size(Index width, Index height, std::size_t values) {
  const std::size_t needed = image_size(width, height);
  if (values == needed) return;
  throw ShapeError("Image: " + std::to_string(width) + "x" + std::to_string(height) + " needs " +
                   std::to_string(needed) + " values, got " + std::to_string(values));
}

}  // namespace detail

INKLING_INLINE GreyImage to_grey(const FloatImage& image, float limit) {
  GreyImage grey(image.width(), image.height());
  std::transform(image.values().begin(), image.values().end(), grey.values().begin(), [limit](float value) {
    return static_cast<std::uint8_t>(std::min(std::max(0.0F, value / limit), 1.0F) * 255 + 0.5F);
  });
  return grey;
}

}  // namespace inkling::inline INKLING_ABI
