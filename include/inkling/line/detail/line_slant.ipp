#pragma once

#include <inkling/line/detail/line_slant.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Pixels of ink beside one another.
struct InkRun {
  Index row;
  Index first;
  Index length;
};

inline std::vector<InkRun> ink_runs(const Image<std::uint8_t>& mask) {
  std::vector<InkRun> runs;
  for (Index y = 0; y < mask.height(); ++y) {
    const std::uint8_t* row = mask.row(y);
    const std::uint8_t* const end = row + mask.width();
    const auto ink = [](std::uint8_t value) { return value != 0; };
    for (const std::uint8_t* at = std::find_if(row, end, ink); at != end;) {
      const std::uint8_t* const paper = std::find(at, end, 0);
      runs.push_back({y, at - row, paper - at});
      at = std::find_if(paper, end, ink);
    }
  }
  return runs;
}

/// The ink in each column of a mask of this height after a shear that makes writing of this slant upright.
inline void sum_sheared_columns(const std::vector<InkRun>& ink, Index height, double slant,
                                std::vector<double>& columns) {
  std::fill(columns.begin(), columns.end(), 0.0);
  for (const InkRun& run : ink) {
    const double shift = slant * static_cast<double>(run.row) + static_cast<double>(height);
    const auto whole = static_cast<Index>(shift);
    const double share = shift - static_cast<double>(whole);
    double* column = columns.data() + run.first + whole;
    for (Index x = 0; x < run.length; ++x) column[x + 1] += share;
    for (Index x = 0; x < run.length; ++x) column[x] += 1 - share;
  }
}

INKLING_INLINE double line_slant(const Image<std::uint8_t>& mask) {
  // From 27 degrees to the left, as left-handed writers lean, to 45 to the right; farther, strokes would be level.
  constexpr double steepest_left = -0.5;
  constexpr double steepest_right = 1;
  constexpr int steps = 30;  // of 0.05: over the height of a line, one shifts by less than a stroke's width
  // The slant of few characters is their shape, not the writer's: each step away from upright has to pay this much.
  constexpr double price_of_slant = 0.12;
  const std::vector<InkRun> ink = ink_runs(mask);
  std::vector<double> columns(static_cast<std::size_t>(mask.width() + 2 * mask.height() + 2));
  double best = 0;
  double most = 0;
  for (int i = 0; i <= steps; ++i) {
    const double slant = steepest_left + (steepest_right - steepest_left) * i / steps;
    sum_sheared_columns(ink, mask.height(), slant, columns);
    double squares = 0;
    for (const double sum : columns) squares += sum * sum;
    squares *= 1 - price_of_slant * std::abs(slant);
    if (squares > most) {
      most = squares;
      best = slant;
    }
  }
  return best;
}

}  // namespace inkling::inline INKLING_ABI::detail
