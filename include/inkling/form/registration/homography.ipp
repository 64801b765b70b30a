#pragma once

#include <inkling/form/registration/homography.hpp>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE Eigen::Matrix2d Homography::jacobian(const Point& p) const noexcept {
  const Eigen::Vector3d at = matrix_ * Eigen::Vector3d(p.x, p.y, 1);
  const Eigen::Vector2d image = at.head<2>() / at.z();
  return (matrix_.topLeftCorner<2, 2>() - image * matrix_.row(2).head<2>()) / at.z();
}

INKLING_INLINE Homography Homography::inverse() const noexcept {
  Eigen::Matrix3d inverse = matrix_.inverse();
  if (inverse(2, 2) != 0) inverse /= inverse(2, 2);
  return Homography(inverse);
}

INKLING_INLINE Homography Homography::scaling(double across, double down) noexcept {
  return Homography(Eigen::Vector3d(across, down, 1).asDiagonal().toDenseMatrix());
}

namespace detail {

/// The least area of a triangle of three corners, as a share of the square of the longest side: 0 when they lie on a
/// line.
INKLING_INLINE double flattest_corner(const Quad& quad) noexcept {
  double least = 1;
  double longest = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Point& a = quad[i];
    const Point& b = quad[(i + 1) % 4];
    const Point& c = quad[(i + 2) % 4];
    longest = std::max(longest, std::pow(b.x - a.x, 2) + std::pow(b.y - a.y, 2));
    const double area = std::abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2;
    least = i == 0 ? area : std::min(least, area);
  }
  return longest > 0 ? least / longest : 0;
}

}  // namespace detail

INKLING_INLINE std::optional<Homography> Homography::between(const Quad& from, const Quad& to) {
  if (detail::flattest_corner(from) < 1e-6 || detail::flattest_corner(to) < 1e-6) return std::nullopt;
  std::array<PointPair, 4> pairs;
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {from[i], to[i]};
  return fit_homography(pairs);
}

namespace detail {

/// Moves the weighted mean of some points to 0 and their mean distance from it to sqrt(2).
struct Normalisation {
  double x = 0;
  double y = 0;
  double scale = 1;

  template <typename PointOf>
  Normalisation(std::span<const PointPair> pairs, PointOf point_of) {
    double total = 0;
    for (const PointPair& pair : pairs) {
      total += pair.weight;
      x += pair.weight * point_of(pair).x;
      y += pair.weight * point_of(pair).y;
    }
    x /= total;
    y /= total;
    double distance = 0;
    for (const PointPair& pair : pairs) {
      distance += pair.weight * std::hypot(point_of(pair).x - x, point_of(pair).y - y);
    }
    scale = distance > 0 ? std::sqrt(2.0) * total / distance : 1;
  }

  Point operator()(const Point& p) const noexcept { return {(p.x - x) * scale, (p.y - y) * scale}; }
  Eigen::Matrix3d matrix() const {
    Eigen::Matrix3d m;
    m << scale, 0, -scale * x, 0, scale, -scale * y, 0, 0, 1;
    return m;
  }
};

}  // namespace detail

INKLING_INLINE std::optional<Homography> fit_homography(std::span<const PointPair> pairs) {
  const auto weighty = std::count_if(pairs.begin(), pairs.end(), [](const PointPair& pair) { return pair.weight > 0; });
  if (weighty < 4) return std::nullopt;
  const detail::Normalisation from(pairs, [](const PointPair& pair) { return pair.from; });
  const detail::Normalisation to(pairs, [](const PointPair& pair) { return pair.to; });

  // The centre of the points goes to their centre, never to infinity: so the last number may be 1.
  Eigen::Matrix<double, 8, 1> h = Eigen::Matrix<double, 8, 1>::Zero();
  for (int pass = 0; pass < 3; ++pass) {
    Eigen::Matrix<double, 8, 8> normal = Eigen::Matrix<double, 8, 8>::Zero();
    Eigen::Matrix<double, 8, 1> right = Eigen::Matrix<double, 8, 1>::Zero();
    for (const PointPair& pair : pairs) {
      if (!(pair.weight > 0)) continue;
      const Point a = from(pair.from);
      const Point b = to(pair.to);
      const double denominator = 1 + h[6] * a.x + h[7] * a.y;
      const double weight = pair.weight / std::max(denominator * denominator, 1e-4);
      Eigen::Matrix<double, 8, 1> row;
      row << a.x, a.y, 1, 0, 0, 0, -b.x * a.x, -b.x * a.y;
      normal.noalias() += weight * row * row.transpose();
      right += weight * b.x * row;
      row << 0, 0, 0, a.x, a.y, 1, -b.y * a.x, -b.y * a.y;
      normal.noalias() += weight * row * row.transpose();
      right += weight * b.y * row;
    }
    const Eigen::LDLT<Eigen::Matrix<double, 8, 8>> solver(normal);
    const auto pivots = solver.vectorD().cwiseAbs();
    if (solver.info() != Eigen::Success || !(pivots.minCoeff() > 1e-11 * pivots.maxCoeff())) return std::nullopt;
    h = solver.solve(right);
  }
  Eigen::Matrix3d matrix;
  matrix << h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 1;
  matrix = to.matrix().inverse() * matrix * from.matrix();
  if (!matrix.allFinite() || matrix(2, 2) == 0) return std::nullopt;
  return Homography(matrix / matrix(2, 2));
}

INKLING_INLINE bool plausible(const Homography& map, double width, double height, double stretch) noexcept {
  double smallest = 0;
  double largest = 0;
  bool first = true;
  for (const Point& corner : upright(0, 0, width, height)) {
    const Eigen::Matrix3d& m = map.matrix();
    if (!(m(2, 0) * corner.x + m(2, 1) * corner.y + m(2, 2) > 0)) return false;
    const Eigen::Matrix2d j = map.jacobian(corner);
    const double area = j.determinant();
    if (!(area > 0) || !std::isfinite(area)) return false;
    // The longer half axis of the ellipse that a circle becomes against the shorter.
    const double trace = j.squaredNorm();
    const double root = std::sqrt(std::max(0.0, trace * trace - 4 * area * area));
    if (trace + root > stretch * stretch * std::max(trace - root, 1e-12)) return false;
    smallest = first ? area : std::min(smallest, area);
    largest = first ? area : std::max(largest, area);
    first = false;
  }
  return largest <= stretch * stretch * smallest;
}

}  // namespace inkling::inline INKLING_ABI::form
