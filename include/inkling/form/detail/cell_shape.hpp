#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/cell_ink.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace inkling::inline INKLING_ABI::form::detail {

/// What is in a cell, as far as its shape tells.
enum class CellShape { nothing, dash, scribble, character };

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
  if (h < 0.25 && w > 1.6 * h) return CellShape::dash;
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

}  // namespace inkling::inline INKLING_ABI::form::detail
