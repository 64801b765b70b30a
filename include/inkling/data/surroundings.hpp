#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/sheet.hpp>

/// What stands around a character: printed lines, and other writing.
namespace inkling::inline INKLING_ABI {

/// The look of a printed line.
struct RuleStyle {
  float thickness = 1;  // pixels
  float darkness = 1;   // of full ink
  float dash = 0;       // pixels of a dash and of the gap behind it; 0: unbroken
};

/// A level line (or, `upright`, a vertical one) through the whole sheet at this row (column), rising by `slope`.
void add_rule(Sheet& sheet, bool upright, float place, float slope, const RuleStyle& style, float from = 0,
              float to = 1);

/// Squared paper: lines in both directions, `spacing` pixels apart.
void add_squares(Sheet& sheet, float spacing, float slope, const RuleStyle& style, Rng& rng);

/// The remains of a box around the character: each of its four sides is there with a chance of `share`, near the edge
/// of the sheet.
void add_box_sides(Sheet& sheet, float share, float slope, const RuleStyle& style, Rng& rng);

/// A dark band along one edge of the picture, as scans have where the page ends; its inner edge is soft and may run
/// askew. The depth is that of light lost; width in pixels.
void add_scan_edge(Sheet& sheet, float band, float depth, Rng& rng);

/// Fine lines that run over all of the paper in waves, side by side, as cheques and bank notes have (guilloche).
void add_waves(Sheet& sheet, Rng& rng);

/// The strokes that join a character of a running hand to its neighbours: one comes in from the left and one leaves to
/// the right, each at the ink that it meets, low on the line.
void add_joining_strokes(Sheet& sheet, bool left, bool right, float thickness, Rng& rng);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/surroundings.ipp>
#endif
