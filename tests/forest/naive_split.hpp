#pragma once

#include <inkling/forest/detail/split.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::test {

/// The score of one split, counted anew; 0 when a side has fewer than min_leaf samples.
inline double naive_score(std::span<const forest::detail::Sample> samples, const std::uint8_t* column, int threshold,
                          std::size_t classes, double min_leaf) {
  std::vector<double> left(classes, 0);
  std::vector<double> right(classes, 0);
  double left_weight = 0;
  double right_weight = 0;
  for (const forest::detail::Sample& s : samples) {
    const bool goes_left = column[s.row] <= threshold;
    (goes_left ? left : right)[s.label] += s.weight;
    (goes_left ? left_weight : right_weight) += s.weight;
  }
  if (left_weight < min_leaf || right_weight < min_leaf) return 0;
  double left_squares = 0;
  double right_squares = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    left_squares += left[c] * left[c];
    right_squares += right[c] * right[c];
  }
  return left_squares / left_weight + right_squares / right_weight;
}

/// The highest score of any threshold; 0 when nothing can be split.
inline double naive_best_score(std::span<const forest::detail::Sample> samples, const std::uint8_t* column,
                               std::size_t classes, double min_leaf) {
  double best = 0;
  for (int t = 0; t < 255; ++t) best = std::max(best, naive_score(samples, column, t, classes, min_leaf));
  return best;
}

}  // namespace inkling::test
