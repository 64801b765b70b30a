#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/detail/field_cut.hpp>
#include <inkling/form/read_cells.hpp>
#include <inkling/form/read_table.hpp>

#include <algorithm>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void TableReadingOptions::check() const {
  require<ValueError>(!columns.empty(), "TableReadingOptions::columns: at least one is needed");
  in_range("TableReadingOptions::rows", rows, {0, 1e6});
  in_range("TableReadingOptions::header", header, {0, 1e6});
  in_range("TableReadingOptions::accept", accept, {0, 1});
  in_range("TableReadingOptions::threads", threads, {0, most_threads});
  grid.check();
}

namespace detail {

/// "12 x 5, 3 x 2": rows and columns of grids.
inline std::string sizes_of(const std::vector<Table>& grids) {
  std::string text;
  for (const Table& grid : grids) {
    text += (text.empty() ? "" : ", ") + std::to_string(grid.rows) + " x " + std::to_string(grid.columns);
  }
  return text;
}

/// A cell of a grid as a field.
inline Field field_of(const GridCell& cell, const Column& column) {
  return {.name = column.name,
          .kind = column.kind,
          .place = cell.place,
          .even_cells = column.cells,
          .charset = column.charset};
}

inline void doubt_table_cell(const GridCell& cell, const Column& column, double accept, FieldReading& reading) {
  if (column.kind == FieldKind::picture) return;
  if ((cell.row_span > 1 || cell.column_span > 1) && reading.status != FieldStatus::empty) {
    reading.text.clear();
    reading.confidence = 0;
    doubt(reading, "the cell goes over " + std::to_string(cell.row_span) + " rows and " +
                       std::to_string(cell.column_span) + " columns");
    return;
  }
  const bool unread = std::any_of(reading.cells.begin(), reading.cells.end(),
                                  [](const CellReading& place) { return place.status == CellStatus::unread; });
  if (unread) {
    doubt(reading, "a character could not be read");
  } else if (reading.status != FieldStatus::empty && reading.confidence < accept) {
    doubt(reading, "the reading is unsure");
  }
}

}  // namespace detail

INKLING_INLINE TableReading read_table(const GreyImage& page, const Classifier& model,
                                       const TableReadingOptions& options) {
  options.check();
  TableReading result;
  const std::vector<Table> grids = find_tables(page, options.grid);
  const auto columns = static_cast<Index>(options.columns.size());
  const auto rows = static_cast<Index>(options.rows + options.header);
  const auto fits = [&](const Table& grid) {
    return grid.columns == columns &&
           (options.rows == 0 ? grid.rows > static_cast<Index>(options.header) : grid.rows == rows);
  };
  const auto found = std::find_if(grids.begin(), grids.end(), fits);
  if (found == grids.end()) {
    const std::string wanted = (options.rows > 0 ? std::to_string(rows) + " rows and " : std::string()) +
                               std::to_string(columns) + (columns == 1 ? " column" : " columns");
    result.reason = grids.empty()
                        ? "no ruled grid was found on the page"
                        : "no grid of " + wanted + " was found; there are (rows x columns): " + detail::sizes_of(grids);
    return result;
  }
  result.grid = *found;
  in_range("TableReadingOptions::header", options.header, {0, static_cast<double>(result.grid.rows)});

  std::vector<Field> fields;
  std::vector<FieldPicture> pictures;
  std::vector<const GridCell*> cells;
  for (const GridCell& cell : result.grid.cells) {
    if (cell.row < static_cast<Index>(options.header)) continue;
    fields.push_back(detail::field_of(cell, options.columns[static_cast<std::size_t>(cell.column)]));
    pictures.push_back(detail::field_picture(fields.back(), page, PageMap{}, nullptr));
    cells.push_back(&cell);
  }
  std::vector<FieldReading> readings =
      read_cells(fields, pictures, model, {.threads = options.threads, .lines = options.lines});

  const auto height = static_cast<std::size_t>(result.grid.rows) - options.header;
  for (std::size_t row = 0; row < height; ++row) {
    result.rows.emplace_back();
    for (const Column& column : options.columns) {
      result.rows.back().push_back({.name = column.name, .status = FieldStatus::empty, .confidence = 1});
    }
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const GridCell& cell = *cells[i];
    const Column& column = options.columns[static_cast<std::size_t>(cell.column)];
    detail::place_on_template(fields[i], pictures[i].picture, readings[i]);
    detail::doubt_table_cell(cell, column, options.accept, readings[i]);
    result.rows[static_cast<std::size_t>(cell.row) - options.header][static_cast<std::size_t>(cell.column)] =
        std::move(readings[i]);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::form
