#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <array>
#include <cstdint>

namespace inkling::inline INKLING_ABI {

/// Red, green and blue, 0 to 255.
using Rgb = std::array<std::uint8_t, 3>;

/// A picture in colour, as seen on a screen.
using RgbImage = Image<Rgb>;

/// How light a colour is (ITU-R BT.601, as in JPEG).
constexpr std::uint8_t luma(const Rgb& colour) noexcept {
  return static_cast<std::uint8_t>((299 * colour[0] + 587 * colour[1] + 114 * colour[2] + 500) / 1000);
}

/// The picture without its colours.
GreyImage luma(const RgbImage& image);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/picture/rgb_image.ipp>
#endif
