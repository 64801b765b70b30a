#pragma once

#include <inkling/form/registration/page_map.hpp>

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE Point Warp::operator()(const Point& p) const noexcept {
  if (shifts.empty()) return {0, 0};
  const double x = std::clamp(p.x / spacing, 0.0, static_cast<double>(columns - 1));
  const double y = std::clamp(p.y / spacing, 0.0, static_cast<double>(rows - 1));
  const auto column = std::min(static_cast<Index>(x), std::max<Index>(0, columns - 2));
  const auto row = std::min(static_cast<Index>(y), std::max<Index>(0, rows - 2));
  const double u = x - static_cast<double>(column);
  const double v = y - static_cast<double>(row);
  const auto node = [&](Index i, Index j) -> const Point& {
    return shifts[static_cast<std::size_t>(std::min(j, rows - 1) * columns + std::min(i, columns - 1))];
  };
  const Point& a = node(column, row);
  const Point& b = node(column + 1, row);
  const Point& c = node(column, row + 1);
  const Point& d = node(column + 1, row + 1);
  return {(1 - v) * ((1 - u) * a.x + u * b.x) + v * ((1 - u) * c.x + u * d.x),
          (1 - v) * ((1 - u) * a.y + u * b.y) + v * ((1 - u) * c.y + u * d.y)};
}

INKLING_INLINE Point PageMap::inverse(const Point& p) const noexcept {
  const Point flat = homography.inverse()(p);
  // The shifts change slowly, so that each round leaves a small part of the error.
  Point at = flat;
  for (int round = 0; round < 8; ++round) {
    const Point shift = warp(at);
    at = {flat.x - shift.x, flat.y - shift.y};
  }
  return at;
}

INKLING_INLINE double PageMap::scale_at(const Point& p) const noexcept {
  const Point shift = warp(p);
  return std::sqrt(std::abs(homography.jacobian({p.x + shift.x, p.y + shift.y}).determinant()));
}

}  // namespace inkling::inline INKLING_ABI::form
