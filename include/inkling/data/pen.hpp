#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/augmentation.hpp>

namespace inkling::inline INKLING_ABI {

/// What another pen, camera or scanner makes of a character. Ink is 1, paper 0.
struct PenVariation {
  float thicken = 0;  // of the way to strokes two pixels thicker: drawn between 0 and this
  float thin = 0;     // of the way to strokes two pixels thinner
  float blur = 0;     // pixels: standard deviation of a Gaussian, drawn between 0 and this

  void check() const;  // throws ValueError for an amount outside 0..1
};

namespace detail {

/// A Gaussian of a few pixels, as the weights side, 1 - 2 side, side along each axis, whose variance is 2 side. As side
/// is at most a quarter (binomial weights), a wide one takes several passes, whose variances add up.
void small_blur(std::span<float> values, const Shape& image, float deviation);

}  // namespace detail

/// Thicker or thinner strokes (grey dilation or erosion, one image in two each), then blur.
/// Throws ValueError for an amount outside 0..1.
Augmentation random_pen(const PenVariation& variation);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/pen.ipp>
#endif
