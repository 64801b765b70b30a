#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/picture/grey_image.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI::form {

struct GridCell {
  Index row = 0;
  Index column = 0;
  Index row_span = 1;  // rows and columns of the grid that it goes over, where lines between them are not drawn
  Index column_span = 1;
  Quad place = {};  // pixels of the page, clockwise from its top left

  bool operator==(const GridCell&) const = default;
};

/// A ruled grid.
struct Table {
  Index rows = 0;
  Index columns = 0;
  std::vector<GridCell> cells;  // row by row; every place of the grid belongs to one of them
  double drawn = 0;             // share of the grid's lines that was seen, 0 to 1

  /// The cell that covers a place of the grid; nullptr outside.
  const GridCell* at(Index row, Index column) const noexcept;
};

struct TableOptions {
  Index least_rows = 2;
  Index least_columns = 2;
  double least_drawn = 0.5;  // share of a grid's lines that must be seen

  void check() const;  // throws ValueError that names the first field out of range
};

/// The ruled grids on a page, the one with most cells first. The page may be turned by up to a few degrees from any
/// quarter turn (cells are told in the page's own pixels), in perspective, bent, and lines may be broken, crossed by
/// writing, or stop at the edge of the picture. Throws nothing; no grid gives none.
std::vector<Table> find_tables(const GreyImage& page, const TableOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/layout/table.ipp>
#endif
