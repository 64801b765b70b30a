#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/picture/grey_image.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The brightness of the paper behind the ink, as a smooth surface: lamps and shadows change slowly over a page, so a
/// quadratic carries them, and unlike a local filter it cannot take a thick stroke for paper.
///
///     white(u, v) = c0 + c1 u + c2 v + c3 u^2 + c4 uv + c5 v^2 grey levels; u and v run from -1 to 1 over the picture
struct Paper {
  std::array<float, 6> coefficients{};

  /// The surface along one row of a picture of any size. Result: width values.
  void row(Index y, Index width, Index height, std::vector<float>& white) const;

  /// The centre of a pixel from -1 to 1.
  static float position(Index i, Index count) noexcept {
    return (2 * static_cast<float>(i) + 1) / static_cast<float>(count) - 1;
  }
};

namespace detail {

std::array<std::uint32_t, 256> histogram(std::span<const std::uint8_t> values) noexcept;

}  // namespace detail

/// The picture with black for white.
GreyImage inverted(GreyImage image);

/// The grey level that half of the counted pixels do not exceed; 0 when none was counted.
int median_level(std::span<const std::uint32_t> histogram) noexcept;

/// True when the ink is lighter than the paper, whose level is given: what differs most from paper is ink. False for an
/// empty picture, which has none.
bool has_light_ink(const GreyImage& image, int paper) noexcept;

/// The same when the border of the picture is paper. A black and white picture that is cut to its character has ink at
/// its border, too: where neither colour has three quarters of it, the corners are paper.
bool has_light_ink(const GreyImage& image) noexcept;

/// Fits the paper of a picture with dark ink by least squares over the pixels that are not ink, which are found in
/// turns: first by Otsu's threshold, then by their distance from the surface. A small picture is enough. Throws
/// ShapeError for an empty one.
Paper fit_paper(const GreyImage& image);

/// The share of light that the ink takes from the paper: 1 is black, and below 0 lie pixels lighter than the paper.
/// Shape: as the picture, whose ink is dark.
FloatImage ink_on_paper(const GreyImage& image, const Paper& paper);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/paper.ipp>
#endif
