#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// How far the writing of a line leans: columns to the right for each row up. Upright strokes fill few columns, so the
/// right shear is the one that makes the column sums most uneven (after Vinciarelli and Luettin 2001, "A new
/// normalization technique for cursive handwritten words"). Between -0.5 and 1; 0 without ink. mask: 1 is ink.
inline double line_slant(const Image<std::uint8_t>& mask) {
  constexpr double steepest_left = -0.5;
  constexpr double steepest_right = 1;
  constexpr int steps = 30;
  constexpr double upright_is_better_by = 0.03;  // the slant of few characters is their shape, not the writer's
  const Index width = mask.width();
  const Index height = mask.height();
  std::vector<double> columns(static_cast<std::size_t>(width + 2 * height + 2));
  double best = 0;
  double most = 0;
  for (int i = 0; i <= steps; ++i) {
    const double slant = steepest_left + (steepest_right - steepest_left) * i / steps;
    std::fill(columns.begin(), columns.end(), 0.0);
    for (Index y = 0; y < height; ++y) {
      const double shift = slant * static_cast<double>(y) + static_cast<double>(height);
      const auto whole = static_cast<Index>(shift);
      const double share = shift - static_cast<double>(whole);
      const std::uint8_t* row = mask.row(y);
      for (Index x = 0; x < width; ++x) {
        if (row[x] == 0) continue;
        columns[static_cast<std::size_t>(x + whole)] += 1 - share;
        columns[static_cast<std::size_t>(x + whole + 1)] += share;
      }
    }
    double squares = 0;
    for (const double ink : columns) squares += ink * ink;
    squares *= 1 - upright_is_better_by * std::abs(slant) * 4;
    if (squares > most) {
      most = squares;
      best = slant;
    }
  }
  return best;
}

}  // namespace inkling::inline INKLING_ABI
