#pragma once

#include <inkling/line/detail/line_slant.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// The ink in each column of the mask after a shear that makes writing of this slant upright.
inline void sum_sheared_columns(const Image<std::uint8_t>& mask, double slant, std::vector<double>& columns) {
  std::fill(columns.begin(), columns.end(), 0.0);
  for (Index y = 0; y < mask.height(); ++y) {
    const double shift = slant * static_cast<double>(y) + static_cast<double>(mask.height());
    const auto whole = static_cast<Index>(shift);
    const double share = shift - static_cast<double>(whole);
    const std::uint8_t* row = mask.row(y);
    for (Index x = 0; x < mask.width(); ++x) {
      if (row[x] == 0) continue;
      columns[static_cast<std::size_t>(x + whole)] += 1 - share;
      columns[static_cast<std::size_t>(x + whole + 1)] += share;
    }
  }
}

INKLING_INLINE double line_slant(const Image<std::uint8_t>& mask) {
  // From 27 degrees to the left, as left-handed writers lean, to 45 to the right; farther, strokes would be level.
  constexpr double steepest_left = -0.5;
  constexpr double steepest_right = 1;
  constexpr int steps = 30;  // of 0.05: over the height of a line, one shifts by less than a stroke's width
  // The slant of few characters is their shape, not the writer's: each step away from upright has to pay this much.
  constexpr double price_of_slant = 0.12;
  std::vector<double> columns(static_cast<std::size_t>(mask.width() + 2 * mask.height() + 2));
  double best = 0;
  double most = 0;
  for (int i = 0; i <= steps; ++i) {
    const double slant = steepest_left + (steepest_right - steepest_left) * i / steps;
    sum_sheared_columns(mask, slant, columns);
    double squares = 0;
    for (const double ink : columns) squares += ink * ink;
    squares *= 1 - price_of_slant * std::abs(slant);
    if (squares > most) {
      most = squares;
      best = slant;
    }
  }
  return best;
}

}  // namespace inkling::inline INKLING_ABI::detail
