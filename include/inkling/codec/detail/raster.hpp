#pragma once

#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/rgb_image.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// What the decoders of all kinds of files have in common.
namespace inkling::inline INKLING_ABI {

/// Dots an inch; 0 where the file does not say.
struct Resolution {
  double x = 0;
  double y = 0;

  bool operator==(const Resolution&) const = default;
};

namespace detail {

/// Whether colours are wanted: a grey picture takes a third of the memory.
enum class Wanted { grey, colour };

/// Pixels as a decoder gives them.
struct Raster {
  Index width = 0;
  Index height = 0;
  int channels = 1;                        // 1 grey, 2 grey and opacity, 3 RGB, 4 RGB and opacity
  std::vector<std::uint8_t> samples = {};  // row by row, channel fastest
  Resolution resolution = {};
  int orientation = 1;  // 1..8 as in Exif
};

/// Throws FormatError for an empty picture, ImageTooLargeError for one with more than `pixels` pixels or too long a
/// side.
void check_declared_size(const char* format, Index width, Index height, Index pixels, const DecodeLimits& limits);

/// The least power of two, up to 8, by which width and height are divided so that no more than `pixels` are left.
Index reduction_to(Index width, Index height, Index pixels) noexcept;

/// Bytes that may be held, the result among them: the more, the larger the file.
Index memory_for(std::span<const std::uint8_t> file, const DecodeLimits& limits) noexcept;

/// Bytes of samples of 16 bits: the highest eight bits that are used, of colours and of opacity by themselves; of all
/// sixteen where one of the highest two is. Cameras and scanners write 10 or 12 bits as they are.
std::vector<std::uint8_t> bytes_of_samples(std::span<const std::uint16_t> samples, std::size_t channels);

/// Grey, or in colour, over white paper; ink that would be lost on it, for it is white itself, lies on black. Upright.
GreyImage grey_of(const Raster& raster);
RgbImage colour_of(const Raster& raster);

/// The variance of the levels.
double variance_of(const GreyImage& image);

/// Along the line on which the colours differ most (their principal component, Pearson 1901), with the side of most
/// pixels light; upright. Nothing unless they differ far more than their brightness, whose variance is given: green ink
/// on red paper.
std::optional<GreyImage> grey_by_colour(const Raster& raster, double brightness_variance);

/// As the file holds it, dots an inch of the picture when it stands upright.
Resolution upright_resolution(const Raster& raster) noexcept;

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/raster.ipp>
#endif
