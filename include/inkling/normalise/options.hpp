#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/options.hpp>
#include <inkling/picture/grey_image.hpp>

#include <functional>
#include <string_view>

namespace inkling::inline INKLING_ABI {

/// Receives the picture after each step of normalise(): "grey", "ink", "character", "strokes", "soft", "normalised".
/// All but the first show ink as white on black.
using NormaliseStep = std::function<void(std::string_view name, const GreyImage& image)>;

struct NormaliseOptions {
  Index side = 28;           // pixels of the result
  double margin = 2.0 / 28;  // clear border on each side, as a share of the result
  InkOptions ink = {};       // what is ink
  double thinnest = 2;       // pixels: thinner strokes are blurred
  double thin_sigma = 0.6;   // ... by a Gaussian of so many pixels
  Index largest_side = 512;  // larger pictures are reduced by a whole factor first
  double working_side = 80;  // pixels of the character's longer side while strokes are drawn anew
  double stroke_width = 10;  // in those pixels; thinner strokes are thickened to it. EMNIST's mean is 11
  double sigma = 1;          // of the Gaussian that softens them, in those pixels
  NormaliseStep on_step = {};

  void check() const;  // throws ValueError that names the first field out of range
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/normalise/options.ipp>
#endif
