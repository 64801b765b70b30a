#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/picture/grey_image.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A place that printed lines close in.
struct ClosedCell {
  Box box = {};        // pixels: what lies inside its lines
  double fill = 0;     // share of the box that belongs to it: 1 for a rectangle, about 0.79 for a circle
  double print = 0;    // share of its inner part that is printed on
  double walls = 0;    // share of its least drawn side that is a line; of a round cell 1
  bool alone = false;  // its lines end at its corners: no grid goes on from it
  bool round = false;  // a circle or an oval: its box's corners lie outside
};

struct ClosedCellOptions {
  double least = 0;  // pixels: sides under it are parts of letters
  double most = 0;   // pixels: sides over it are the page itself; 0: nine tenths of the picture's
  Index gap = 6;     // pixels of a line that may be missing

  void check() const;  // throws ValueError that names the first field out of range
};

/// The ink (see ink_map) that is surely print: a third as dark as the darkest twentieth of all ink.
int print_threshold(const GreyImage& ink);

/// The white places of a blank form that its lines close in: boxes, cells of tables, bubbles. Lines may be bold or
/// faint (several thresholds are tried, and of a place and its parts the parts are told), and broken: gaps in a
/// straight line are bridged.
std::vector<ClosedCell> find_closed_cells(const GreyImage& print, const ClosedCellOptions& options);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/layout/cells.ipp>
#endif
