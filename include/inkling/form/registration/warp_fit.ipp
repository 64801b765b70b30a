#pragma once

#include <inkling/core/range.hpp>
#include <inkling/form/registration/warp_fit.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void WarpFitOptions::check() const {
  in_range("WarpFitOptions::spacing", spacing, {.low = 0, .high = 1e6, .above_low = true});
  in_range("WarpFitOptions::stiffness", stiffness, {0, 1e6});
  in_range("WarpFitOptions::outlier", outlier, {.low = 0, .high = 1e6, .above_low = true});
  in_range("WarpFitOptions::least_correlation", least_correlation, {-1, 1});
}

namespace detail {

/// One measured shift, spread over the four nodes around it.
struct WarpDatum {
  std::array<std::size_t, 4> nodes{};
  std::array<double, 4> shares{};
  Eigen::Vector2d shift;
  Eigen::Matrix2d information;
  double trust = 0;   // from its correlation
  double weight = 0;  // trust, less for an outlier
};

/// The normal equations of a warp, never written out: they are applied to shifts.
class WarpEquations {
 public:
  using Shifts = Eigen::Matrix<double, 2, Eigen::Dynamic>;  // a column for each node

  WarpEquations(Index columns, Index rows, std::vector<WarpDatum>& data, double stiffness)
      : columns_(columns), rows_(rows), data_(data), stiffness_(stiffness) {}

  Eigen::Vector2d at(const Shifts& shifts, const WarpDatum& datum) const {
    Eigen::Vector2d sum = Eigen::Vector2d::Zero();
    for (std::size_t k = 0; k < 4; ++k) sum += datum.shares[k] * shifts.col(static_cast<Index>(datum.nodes[k]));
    return sum;
  }

  Shifts right() const {
    Shifts result = Shifts::Zero(2, columns_ * rows_);
    for (const WarpDatum& datum : data_) scatter(datum, datum.weight * datum.information * datum.shift, result);
    return result;
  }

  Shifts apply(const Shifts& shifts) const {
    Shifts result = 1e-3 * shifts;  // where nothing is known, no shift
    for (const WarpDatum& datum : data_) {
      if (datum.weight > 0) scatter(datum, datum.weight * datum.information * at(shifts, datum), result);
    }
    for (Index y = 0; y < rows_; ++y) {
      for (Index x = 0; x < columns_; ++x) {
        if (x + 2 < columns_) bend(shifts, {node(x, y), node(x + 1, y), node(x + 2, y)}, stiffness_, result);
        if (y + 2 < rows_) bend(shifts, {node(x, y), node(x, y + 1), node(x, y + 2)}, stiffness_, result);
        if (x + 1 < columns_ && y + 1 < rows_) twist(shifts, x, y, result);
        // A slight pull towards an even shift, which holds what lies beyond the last print.
        if (x + 1 < columns_) slope(shifts, node(x, y), node(x + 1, y), result);
        if (y + 1 < rows_) slope(shifts, node(x, y), node(x, y + 1), result);
      }
    }
    return result;
  }

 private:
  Index node(Index x, Index y) const noexcept { return y * columns_ + x; }

  static void scatter(const WarpDatum& datum, const Eigen::Vector2d& value, Shifts& result) {
    for (std::size_t k = 0; k < 4; ++k) result.col(static_cast<Index>(datum.nodes[k])) += datum.shares[k] * value;
  }

  static void bend(const Shifts& s, const std::array<Index, 3>& n, double stiffness, Shifts& result) {
    const Eigen::Vector2d b = stiffness * (s.col(n[0]) - 2 * s.col(n[1]) + s.col(n[2]));
    result.col(n[0]) += b;
    result.col(n[1]) -= 2 * b;
    result.col(n[2]) += b;
  }

  void twist(const Shifts& s, Index x, Index y, Shifts& result) const {
    const std::array<Index, 4> n{node(x, y), node(x + 1, y), node(x, y + 1), node(x + 1, y + 1)};
    const Eigen::Vector2d t = 2 * stiffness_ * (s.col(n[0]) - s.col(n[1]) - s.col(n[2]) + s.col(n[3]));
    result.col(n[0]) += t;
    result.col(n[1]) -= t;
    result.col(n[2]) -= t;
    result.col(n[3]) += t;
  }

  void slope(const Shifts& s, Index a, Index b, Shifts& result) const {
    const Eigen::Vector2d d = 0.01 * stiffness_ * (s.col(a) - s.col(b));
    result.col(a) += d;
    result.col(b) -= d;
  }

  Index columns_;
  Index rows_;
  std::vector<WarpDatum>& data_;
  double stiffness_;
};

/// Conjugate gradients (Hestenes and Stiefel 1952), from a first guess.
INKLING_INLINE void solve(const WarpEquations& equations, WarpEquations::Shifts& shifts, int rounds) {
  WarpEquations::Shifts residual = equations.right() - equations.apply(shifts);
  WarpEquations::Shifts direction = residual;
  double energy = residual.squaredNorm();
  const double enough = 1e-8 * std::max(energy, 1e-12);
  for (int round = 0; round < rounds && energy > enough; ++round) {
    const WarpEquations::Shifts applied = equations.apply(direction);
    const double step = energy / direction.cwiseProduct(applied).sum();
    shifts += step * direction;
    residual -= step * applied;
    const double next = residual.squaredNorm();
    direction = residual + next / energy * direction;
    energy = next;
  }
}

}  // namespace detail

INKLING_INLINE Warp fit_warp(std::span<const BlockOffset> offsets, const Warp& current, double width, double height,
                             const WarpFitOptions& options) {
  options.check();
  in_range("fit_warp: width", width, {.low = 0, .high = 1000 * options.spacing, .above_low = true});
  in_range("fit_warp: height", height, {.low = 0, .high = 1000 * options.spacing, .above_low = true});
  Warp warp;
  warp.spacing = options.spacing;
  warp.columns = static_cast<Index>(std::ceil(width / options.spacing)) + 1;
  warp.rows = static_cast<Index>(std::ceil(height / options.spacing)) + 1;

  std::vector<detail::WarpDatum> data;
  for (const BlockOffset& offset : offsets) {
    if (!offset.visible || offset.correlation < options.least_correlation) continue;
    detail::WarpDatum datum;
    const double x = offset.at.x / options.spacing;
    const double y = offset.at.y / options.spacing;
    const auto column = std::clamp<Index>(static_cast<Index>(x), 0, warp.columns - 2);
    const auto row = std::clamp<Index>(static_cast<Index>(y), 0, warp.rows - 2);
    const double u = x - static_cast<double>(column);
    const double v = y - static_cast<double>(row);
    const auto node = static_cast<std::size_t>(row * warp.columns + column);
    const auto below = node + static_cast<std::size_t>(warp.columns);
    datum.nodes = {node, node + 1, below, below + 1};
    datum.shares = {(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v};
    const Point before = current({offset.at.x + offset.offset.x, offset.at.y + offset.offset.y});
    datum.shift = Eigen::Vector2d(before.x + offset.offset.x, before.y + offset.offset.y);
    datum.information = offset.information;
    datum.trust = std::pow(offset.correlation, 2);
    datum.weight = datum.trust;
    data.push_back(datum);
  }

  detail::WarpEquations equations(warp.columns, warp.rows, data, options.stiffness);
  detail::WarpEquations::Shifts shifts(2, warp.columns * warp.rows);
  for (Index row = 0; row < warp.rows; ++row) {
    for (Index column = 0; column < warp.columns; ++column) {
      const Point shift =
          current({static_cast<double>(column) * warp.spacing, static_cast<double>(row) * warp.spacing});
      shifts.col(row * warp.columns + column) = Eigen::Vector2d(shift.x, shift.y);
    }
  }
  for (int round = 0; round < 5; ++round) {
    // Who is far off the others is seen from a stiff guess first.
    const double limit = options.outlier * (round < 2 ? 3 : 1);
    for (detail::WarpDatum& datum : data) {
      const Eigen::Vector2d off = datum.shift - equations.at(shifts, datum);
      const double squared = off.dot(datum.information * off) / (limit * limit);
      datum.weight = datum.trust / ((1 + squared) * (1 + squared));
    }
    detail::solve(equations, shifts, 60);
  }
  warp.shifts.reserve(static_cast<std::size_t>(shifts.cols()));
  for (Index i = 0; i < shifts.cols(); ++i) warp.shifts.push_back({shifts(0, i), shifts(1, i)});
  return warp;
}

}  // namespace inkling::inline INKLING_ABI::form
