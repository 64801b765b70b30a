#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/grey_image.hpp>

#include <vector>

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

/// As many views as normalised_views() makes.
inline constexpr Index most_views = 7;

/// The character as it is and as a slightly different hand and pen would have written it, for a model to look at all of
/// them: the first view is what normalise() returns, the others are turned by 4 or 8 degrees, with strokes a third
/// thinner or thicker. Of a picture that already looks as EMNIST's do, strokes stay as they are. `views`: 1 to
/// most_views, of which the first ones are made. Throws as normalise(), and ValueError for another number of views.
std::vector<GreyImage> normalised_views(const GreyImage& image, Index views, const NormaliseOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/normalise/normalise.ipp>
#endif
