#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI {

/// Any picture of one character as the 28x28 that EMNIST would hold (Cohen et al. 2017, arXiv:1702.05373, section II):
/// upright, white ink on black, the character's box centred with a border of 2 pixels, and a maximum of 255.
///
/// The picture may have any size and contrast, dark ink on light paper or the reverse, uneven light, and lines or rims
/// that come in from its edge. The steps, with their names for `on_step`:
///
///  1. "grey": inverted when the border is dark, and reduced by a whole factor when it is large.
///  2. "ink": a smooth surface is fitted to the paper; what takes light from it is ink.
///  3. "character": ruled lines, specks and what reaches in from the edge are removed, and strokes of a pixel made
///  even.
///  4. "strokes": enlarged or reduced to a common size by bicubic interpolation, and every stroke made full.
///  5. "soft": blurred with a Gaussian of one pixel.
///  6. "normalised": the box around it, squared and bordered, reduced by antialiased bicubic interpolation, stretched.
///
/// A picture that already looks as EMNIST's do is returned as it is. Throws NoInkError when there is no ink.
/// Deterministic and single-threaded.
GreyImage normalise(const GreyImage& image, const NormaliseOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/normalise/normalise.ipp>
#endif
