#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI {

/// The mean width of the strokes in pixels: a line of length L and width w has the area L * w and the outline 2 * L.
/// strokes: 0 paper to `level` ink, at most 1; what is darker than a level below 1 counts as that. 0 when there are
/// none.
double stroke_width(const FloatImage& strokes, float level = 1) noexcept;

/// Strokes that reach `radius` pixels further to each side, with an edge of one pixel. strokes: 0 paper to 1 ink.
FloatImage thickened(const FloatImage& strokes, double radius);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/stroke.ipp>
#endif
