#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <span>

namespace inkling::inline INKLING_ABI {

/// A piece of paper with a character on it, before it is photographed or scanned. Both matrices are width x height: a
/// column is a row of the picture.
struct Sheet {
  Matrix ink;          // 0 paper to 1, what a full stroke reaches
  Matrix paper;        // light that the paper gives back: 1 is white
  float strength = 1;  // share of that light which full ink takes away
  float size = 0;      // pixels of the character's longer side

  Index width() const noexcept { return ink.rows(); }
  Index height() const noexcept { return ink.cols(); }
};

/// Where and how a character of a 28x28 picture (or any other square one) comes to stand on a sheet.
struct Placement {
  float x = 0;  // of its centre on the sheet, in pixels
  float y = 0;
  float size = 24;        // of its longer side on the sheet, in pixels
  float rotation = 0;     // radians
  float slant = 0;        // columns to the right for each row up
  float stretch = 1;      // of its width
  float tilt_across = 0;  // perspective: how much larger it is on the right than on the left, as a share
  float tilt_down = 0;
  float edge = 0.5F;       // of its strokes: the value at which ink begins; higher is thinner
  float steepness = 1.5F;  // from paper to ink it takes 1 / steepness
};

/// Paper without ink.
Sheet blank_sheet(Index width, Index height, float size);

/// Draws the character of a square picture (values 0 paper to 1 ink, in the order of Shape, one channel), which fills
/// six sevenths of it. Where it is made smaller, several places of a pixel are looked at. Ink that lies there stays.
void draw_character(Sheet& sheet, std::span<const float> picture, Index side, const Placement& placement);

/// A straight stroke of round pen with the given thickness, from one point to another, in pixels of the sheet.
void draw_stroke(Sheet& sheet, float x0, float y0, float x1, float y1, float thickness, float amount = 1);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/sheet.ipp>
#endif
