#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/augmentation.hpp>

namespace inkling::inline INKLING_ABI {

/// How far handwriting may be distorted and still be the same character. Each amount is drawn anew for each image,
/// evenly between minus and plus its bound.
struct Distortion {
  float rotation = 0;  // degrees
  float shear = 0;     // columns to the right for each row up: slant
  float scale = 0;     // relative, of height and width apart
  float shift = 0;     // pixels, right and down apart
  float elastic = 0;   // pixels: standard deviation of a smooth random displacement (Simard, Steinkraus and Platt 2003)
  Index knots = 4;     // of that displacement along each axis: fewer are smoother

  void check() const;  // throws ValueError that names the first field out of range
};

/// Rotation, shear, scale, shift and elastic distortion in one step, so that the image is interpolated once.
/// Throws ValueError as Distortion::check.
Augmentation random_distortion(const Distortion& distortion);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/distortion.ipp>
#endif
