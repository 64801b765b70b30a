#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/features/detail/deskew.hpp>

#include <cmath>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE float slant(const Matrix& ink) {
  const auto width = static_cast<float>(ink.rows());
  const Vector columns = Vector::LinSpaced(ink.rows(), 0, width - 1);
  float mass = 0;
  float across = 0;    // sum of ink * x
  float down = 0;      // sum of ink * y
  float down_2 = 0;    // sum of ink * y^2
  float together = 0;  // sum of ink * x * y
  for (Index y = 0; y < ink.cols(); ++y) {
    const auto row = static_cast<float>(y);
    const float row_mass = ink.col(y).sum();
    const float row_across = ink.col(y).dot(columns);
    mass += row_mass;
    across += row_across;
    down += row * row_mass;
    down_2 += row * row * row_mass;
    together += row * row_across;
  }
  if (mass <= 0) return 0;
  const float variance = down_2 - down * down / mass;
  // Ink in a single row leaves what rounding makes of 0.
  return variance > 1e-3F * mass ? -(together - across * down / mass) / variance : 0;
}

INKLING_INLINE void deskew(const Matrix& ink, Matrix& result) {
  const float slope = slant(ink);
  result.setZero(ink.rows(), ink.cols());
  const float mass = ink.sum();
  if (slope == 0) {
    result = ink;
    return;
  }
  const float centre =
      ink.colwise().sum().dot(Vector::LinSpaced(ink.cols(), 0, static_cast<float>(ink.cols() - 1))) / mass;
  for (Index y = 0; y < ink.cols(); ++y) {
    const float shift = slope * (centre - static_cast<float>(y));  // result(x) = ink(x + shift)
    const float whole = std::floor(shift);
    const float share = shift - whole;
    const auto first = static_cast<Index>(whole);
    const auto add = [&](Index offset, float weight) {
      const Index begin = std::max<Index>(0, -offset);
      const Index end = std::min(ink.rows(), ink.rows() - offset);
      if (end > begin)
        result.col(y).segment(begin, end - begin) += weight * ink.col(y).segment(begin + offset, end - begin);
    };
    add(first, 1 - share);
    add(first + 1, share);
  }
}

}  // namespace inkling::inline INKLING_ABI::detail
