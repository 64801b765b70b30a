#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/cell_ink.hpp>
#include <inkling/form/template.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace inkling::inline INKLING_ABI::form::detail {

/// What is in a cell, as far as its shape tells.
enum class CellShape { nothing, dash, scribble, character };

/// Whether the pen passed each column of a cell once, as in a dash: it passes most of a flat 2 twice.
inline bool is_single_stroke(const FieldContent& content, std::size_t cell) {
  const Component& box = content.cells[cell].box;
  Index crossed_again = 0;
  for (Index x = box.left; x < box.right; ++x) {
    int strokes = 0;
    bool inked = false;
    for (Index y = box.top; y < box.bottom; ++y) {
      const bool ink =
          content.owner(x, y) == static_cast<std::int32_t>(cell) && content.field.amount(x, y) > content.pen / 2;
      strokes += ink && !inked ? 1 : 0;
      inked = ink;
    }
    crossed_again += strokes > 1 ? 1 : 0;
  }
  return 5 * crossed_again < box.width();
}

/// A dot is nothing, but a lone 1 may be short, and some people write small: what is a dot depends on the tallest ink
/// of the field.
inline CellShape shape_of(const FieldContent& content, std::size_t cell) {
  const CellInk& ink = content.cells[cell];
  if (ink.box.area == 0) return CellShape::nothing;
  const double height = content.grid.bottom - content.grid.top;
  double tallest = 0;
  for (const CellInk& other : content.cells) {
    if (other.box.area > 0) tallest = std::max(tallest, static_cast<double>(other.box.height()) / height);
  }
  const double w = static_cast<double>(ink.box.width()) / height;
  const double h = static_cast<double>(ink.box.height()) / height;
  const double dot = std::clamp(0.45 * tallest, 0.1, 0.2);
  if (w < dot && h < dot && h < 1.3 * w) return CellShape::nothing;
  if (w < 0.1 && h < 0.1) return CellShape::nothing;
  if (h < 0.25 && w > 1.6 * h && is_single_stroke(content, cell)) return CellShape::dash;
  const double density = static_cast<double>(ink.box.area) / static_cast<double>(ink.box.width() * ink.box.height());
  if (density > 0.66 && w > 0.4 && h > 0.4) return CellShape::scribble;
  return CellShape::character;
}

/// The share of a cell's ink that lies near the two diagonals of its box: nearly all of an X does.
inline double diagonal_share(const FieldContent& content, std::size_t cell) {
  const Component& box = content.cells[cell].box;
  double near = 0;
  double all = 0;
  for (Index y = box.top; y < box.bottom; ++y) {
    for (Index x = box.left; x < box.right; ++x) {
      if (content.owner(x, y) != static_cast<std::int32_t>(cell) || !(content.field.amount(x, y) > content.pen / 2))
        continue;
      const double u = (static_cast<double>(x - box.left) + 0.5) / static_cast<double>(box.width());
      const double v = (static_cast<double>(y - box.top) + 0.5) / static_cast<double>(box.height());
      all += 1;
      near += std::min(std::abs(u - v), std::abs(u + v - 1)) < 0.2 ? 1 : 0;
    }
  }
  return all > 0 ? near / all : 0;
}

/// How the characters of a field stand.
enum class Standing {
  in_cells,
  free,    // where they like
  crowded  // there are cells, which were ignored: several characters stand in the first of them
};

/// Several parts that stand beside one another, or as wide together as no character alone is.
inline bool holds_several(const CellInk& cell) {
  const bool wide = 10 * cell.box.width() > (cell.parts >= 2 ? 9 : 12) * cell.box.height();
  return cell.groups >= 2 || wide;
}

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
    if (shape_of(content, k) == CellShape::nothing) continue;
    ++filled;
    last = k;
    alone = alone && cell.groups < 2 && !cell.cut && cell.outside < 0.15;
  }
  if (filled == 1 && last == 0 && field.even_cells > 1 && holds_several(content.cells.front()))
    return Standing::crowded;
  return alone || content.grid.divided || !field.cells.empty() ? Standing::in_cells : Standing::free;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
