#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/problem.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::svm::detail {

/// Trains one two-class linear machine with the hinge loss. Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, "A Dual
/// Coordinate Descent Method for Large-scale Linear SVM", algorithm 3: one dual variable at a time, in random order,
/// leaving out (shrinking) samples whose variable is likely to stay at its bound. It minimises
///
///     |w|^2 / 2 + sum_i C_i max(0, 1 - y_i w.x_i)
///
/// The paper stops when the projected gradients lie close together. That is only a hint here: training ends when the
/// duality gap, which bounds the distance to the optimum, is at most tolerance * primal.
///
/// Weights are floats; rounding keeps a relative gap from falling much below 1e-6.
template <typename Value>
class DualCoordinateDescent {
 public:
  /// `samples` and `problem` must outlive this. Samples of class `positive` are +1, all others -1.
  DualCoordinateDescent(const DenseSamples<Value>& samples, const Problem& problem, Label positive, std::uint64_t seed)
      : samples_(samples),
        problem_(problem),
        positive_(positive),
        rng_(seed),
        order_(problem.labels.size()),
        active_(problem.labels.size()),
        alpha_(problem.labels.size(), 0.0F),
        sample_(samples.padded_features()),
        weights_(Vector::Zero(samples.padded_features())) {
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  }

  /// At most `passes` more passes. True when the duality gap is small enough; then further calls do nothing.
  /// squares: x.x of each sample.
  bool run(Index passes, std::span<const float> squares) {
    for (Index pass = 0; pass < passes && !converged_; ++pass) {
      const double spread = sweep(squares);
      ++passes_;
      if (spread <= spread_goal_) {
        converged_ = evaluate().gap() <= problem_.tolerance * primal_;
        spread_goal_ *= 0.5;
        activate_all();
      }
    }
    return converged_;
  }

  /// The state now, with exact primal and dual values.
  SvmConvergence evaluate() {
    recompute_weights();
    double losses = 0;
    double alphas = 0;
    for (Index i = 0; i < samples_.size(); ++i) {
      samples_.unpack(i, sample_.data());
      losses += upper(i) * std::max(0.0, 1 - sign(i) * margin());
      alphas += static_cast<double>(alpha_[static_cast<std::size_t>(i)]);
    }
    const double norm = weights_.cast<double>().squaredNorm();
    primal_ = 0.5 * norm + losses;
    return {passes_, primal_, alphas - 0.5 * norm, !converged_};
  }

  /// padded features
  const Vector& weights() const noexcept { return weights_; }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  bool is_positive(Index i) const noexcept { return problem_.labels[static_cast<std::size_t>(i)] == positive_; }
  double sign(Index i) const noexcept { return is_positive(i) ? 1.0 : -1.0; }
  /// The bound of a sample's dual variable.
  double upper(Index i) const noexcept {
    return is_positive(i) ? problem_.cost[static_cast<std::size_t>(positive_)] : problem_.rest_cost;
  }
  /// Of the sample at hand.
  double margin() const noexcept { return static_cast<double>(samples_.scale() * sample_.dot(weights_)); }

  /// One pass over the active samples. Returns how far apart their projected gradients lie: 0 at the optimum.
  double sweep(std::span<const float> squares) {
    constexpr std::size_t ahead = 4;  // samples whose fetch is under way
    double highest = -infinity;
    double lowest = infinity;
    rng_.shuffle(std::span(order_).first(active_));
    for (std::size_t s = 0; s < active_;) {
      if (s + ahead < active_) samples_.prefetch(order_[s + ahead]);
      const std::size_t i = order_[s];
      const auto sample = static_cast<Index>(i);
      samples_.unpack(sample, sample_.data());
      const double alpha = static_cast<double>(alpha_[i]);
      const double gradient = sign(sample) * margin() - 1;
      const bool at_lower = alpha <= 0;
      const bool at_upper = alpha >= static_cast<double>(static_cast<float>(upper(sample)));
      if ((at_lower && gradient > shrink_above_) || (at_upper && gradient < shrink_below_)) {
        std::swap(order_[s], order_[--active_]);
        continue;
      }
      const double projected = at_lower ? std::min(gradient, 0.0) : (at_upper ? std::max(gradient, 0.0) : gradient);
      highest = std::max(highest, projected);
      lowest = std::min(lowest, projected);
      if (projected != 0)
        move(sample, std::clamp(alpha - gradient / static_cast<double>(squares[i]), 0.0, upper(sample)));
      ++s;
    }
    shrink_above_ = highest > 0 ? highest : infinity;
    shrink_below_ = lowest < 0 ? lowest : -infinity;
    return active_ == 0 ? 0 : highest - lowest;
  }

  /// Sets the dual variable of the sample at hand and keeps the weights in step.
  void move(Index i, double alpha) {
    float& old = alpha_[static_cast<std::size_t>(i)];
    const auto rounded = static_cast<float>(alpha);
    weights_ += samples_.scale() * static_cast<float>(sign(i)) * (rounded - old) * sample_;
    old = rounded;
  }

  void activate_all() {
    active_ = order_.size();
    shrink_above_ = infinity;
    shrink_below_ = -infinity;
  }

  /// w = sum_i alpha_i y_i x_i, anew in double: the rounding of many small steps does not add up.
  void recompute_weights() {
    Eigen::VectorXd sums = Eigen::VectorXd::Zero(weights_.size());
    for (Index i = 0; i < samples_.size(); ++i) {
      const double factor = sign(i) * static_cast<double>(alpha_[static_cast<std::size_t>(i)]);
      if (factor == 0) continue;
      samples_.unpack(i, sample_.data());
      sums += static_cast<double>(samples_.scale()) * factor * sample_.cast<double>();
    }
    weights_ = sums.cast<float>();
  }

  const DenseSamples<Value>& samples_;
  const Problem& problem_;
  Label positive_;
  Rng rng_;
  std::vector<std::uint32_t> order_;  // a permutation of the samples; the first active_ are not shrunk
  std::size_t active_;
  std::vector<float> alpha_;        // a dual variable a sample, in [0, upper]
  Vector sample_;                   // the sample at hand, not yet scaled
  Vector weights_;                  // padded features
  double shrink_above_ = infinity;  // projected gradients of the last pass
  double shrink_below_ = -infinity;
  double spread_goal_ = 0.5;
  double primal_ = 0;
  Index passes_ = 0;
  bool converged_ = false;
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
