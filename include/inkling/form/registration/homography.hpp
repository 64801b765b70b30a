#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>

#include <Eigen/Core>

#include <optional>
#include <span>

namespace inkling::inline INKLING_ABI::form {

/// A projective map of the plane: how a flat sheet looks from anywhere.
class Homography {
 public:
  /// The identity.
  Homography() : matrix_(Eigen::Matrix3d::Identity()) {}

  /// (x, y) goes to ((m row 0)(x, y, 1), (m row 1)(x, y, 1)) / (m row 2)(x, y, 1).
  explicit Homography(const Eigen::Matrix3d& matrix) : matrix_(matrix) {}

  const Eigen::Matrix3d& matrix() const noexcept { return matrix_; }

  Point operator()(const Point& p) const noexcept {
    const Eigen::Vector3d at = matrix_ * Eigen::Vector3d(p.x, p.y, 1);
    return {at.x() / at.z(), at.y() / at.z()};
  }

  /// The derivative at a point: how a small square around it is turned and stretched.
  Eigen::Matrix2d jacobian(const Point& p) const noexcept;

  /// The map back. Of a map that folds the plane onto a line, a matrix of infinities.
  Homography inverse() const noexcept;

  /// First `before`, then this.
  Homography after(const Homography& before) const noexcept { return Homography(matrix_ * before.matrix_); }

  /// Stretches by `across` and `down`.
  static Homography scaling(double across, double down) noexcept;

  /// The map that takes the corners of one quad to those of another; nothing when three corners lie on a line.
  static std::optional<Homography> between(const Quad& from, const Quad& to);

 private:
  Eigen::Matrix3d matrix_;
};

/// A point of one picture and the same point in another.
struct PointPair {
  Point from;
  Point to;
  double weight = 1;
};

/// The homography that brings `from` nearest to `to` in the sense of weighted least squares of distances in the second
/// picture: the normalised direct linear transform (Hartley 1997, "In Defense of the Eight-Point Algorithm"), its rows
/// weighted again by the denominators of the fit before, so that distances and not algebraic errors are least.
/// Nothing when fewer than four pairs have weight, or when they do not determine it.
std::optional<Homography> fit_homography(std::span<const PointPair> pairs);

/// True when a rectangle of that size keeps its sense of turning, stays convex, lies in front of the camera, and no
/// part of it is drawn more than `stretch` times as large as another: what a photo of a sheet of paper can be.
bool plausible(const Homography& map, double width, double height, double stretch = 4) noexcept;

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/homography.ipp>
#endif
