#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/layout/table.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

struct TableReadingOptions {
  std::vector<Column> columns = {};             // of the grid, from the left; those of the kind picture are not read
  std::size_t rows = 0;                         // of the grid, without the header; 0: as many as there are
  std::size_t header = 0;                       // rows at the top that are not read
  double accept = 0.9;                          // cells of less confidence are doubtful
  std::shared_ptr<const LineModel> lines = {};  // a second opinion on numbers: ReadCellsOptions::lines
  int threads = 1;
  TableOptions grid = {.least_rows = 1, .least_columns = 1, .least_drawn = 0.5};

  void check() const;  // throws ValueError that names the first field out of range
};

/// What a ruled grid says.
struct TableReading {
  std::string reason = {};  // why nothing was read; empty when it was
  Table grid = {};          // places in pixels of the page
  /// By row and column, named as the columns; places of cells are in pixels of the page.
  std::vector<std::vector<FieldReading>> rows = {};
};

/// Reads a ruled grid of which nothing is known but its columns: the grid is found by its lines, each of its cells is
/// made upright and read as a field, so that empty cells are told from written ones and characters that cross a line
/// are followed. Of several grids on the page, the largest with so many columns (and rows, where they are told) is
/// taken. A cell that goes over several columns or rows is read as none and doubtful, unless it is empty. Throws
/// ValueError for no columns, and what read_cells throws.
TableReading read_table(const GreyImage& page, const Classifier& model, const TableReadingOptions& options);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/read_table.ipp>
#endif
