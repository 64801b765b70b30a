#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/cell_ink.hpp>
#include <inkling/form/template.hpp>

#include <cstddef>

namespace inkling::inline INKLING_ABI::form::detail {

/// How the characters of a field stand.
enum class Standing {
  in_cells,
  free,    // where they like
  crowded  // there are cells, which were ignored: several characters stand in the first of them
};

/// Free when no cells are known and none were seen, or when no lines between them were seen and the ink does not look
/// as if there were any.
inline Standing standing_of(const Field& field, const FieldContent& content) {
  if (content.grid.cells.size() == 1)
    return field.even_cells == 1 || field.cells.size() == 1 ? Standing::in_cells : Standing::free;
  bool alone = true;
  std::size_t filled = 0;
  std::size_t last = 0;
  for (std::size_t k = 0; k < content.cells.size(); ++k) {
    const CellInk& cell = content.cells[k];
    if (cell.box.area == 0) continue;
    ++filled;
    last = k;
    alone = alone && cell.groups < 2 && !cell.cut && cell.outside < 0.15;
  }
  if (filled == 1 && last == 0 && content.cells.front().groups >= 2 && field.even_cells > 1) return Standing::crowded;
  return alone || content.grid.divided || !field.cells.empty() ? Standing::in_cells : Standing::free;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
