#pragma once

#include <inkling/codec/detail/raster.hpp>
#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <span>

/// Phones store pictures as the sensor lay and note in Exif how to turn them (CIPA DC-008, tag 0x0112).
namespace inkling::inline INKLING_ABI::detail {

struct ExifNotes {
  int orientation = 1;  // 1..8; 1 is as stored
  Resolution resolution = {};
};

/// What a block of Exif says, which is a TIFF file without pixels. What is missing or makes no sense is as stored.
ExifNotes read_exif(std::span<const std::uint8_t> tiff) noexcept;

/// Turns a stored picture so that it stands as it was seen. orientation: 1..8 as in Exif.
template <typename T>
Image<T> upright(Image<T> image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool transposed = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const Index width = image.width();
  const Index height = image.height();
  Image<T> result(transposed ? height : width, transposed ? width : height);
  for (Index y = 0; y < result.height(); ++y) {
    for (Index x = 0; x < result.width(); ++x) {
      const Index column = transposed ? y : x;
      const Index row = transposed ? x : y;
      result(x, y) = image(from_right ? width - 1 - column : column, from_bottom ? height - 1 - row : row);
    }
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/exif.ipp>
#endif
