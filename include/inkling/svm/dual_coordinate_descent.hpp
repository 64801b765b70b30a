#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/svm/block_sparse.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace inkling {

enum class SvmLoss {
  hinge,          // max(0, 1 - y w.x)
  squared_hinge,  // max(0, 1 - y w.x)^2
};

/// How the training of one class against the rest ended.
struct SvmConvergence {
  Index passes = 0;        // over the samples, or over those that shrinking left
  double primal = 0;       // |w|^2 / 2 + C sum of losses, what training minimises
  double dual = 0;         // a lower bound of the minimum
  bool hit_limit = false;  // ended by the limit of passes or by the callback, before the gap was small enough

  /// `primal` is at most this far above the minimum.
  double gap() const noexcept { return primal - dual; }
};

namespace svm {

struct DualProblem {
  double c;
  SvmLoss loss;
  bool bias;
  double tolerance;  // of the relative duality gap
};

/// Trains one two-class L2-regularised linear SVM. Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, "A Dual Coordinate
/// Descent Method for Large-scale Linear SVM", algorithm 3: one dual variable at a time, in random order, leaving out
/// (shrinking) samples whose variable is likely to stay at its bound. It minimises
///
///     |w|^2 / 2 + C sum_i loss(y_i w.x_i)
///
/// where x has a 1 appended for the bias, which is thus regularised as well (liblinear's -B 1).
///
/// The paper stops when the projected gradients lie close together. That is only a hint here: training ends when the
/// duality gap, which bounds the distance to the optimum, is at most tolerance * primal.
///
/// Weights are floats; rounding keeps a relative gap from falling much below 1e-6.
template <typename Value>
class DualCoordinateDescent {
 public:
  /// `samples` and `labels` must outlive this. Samples of class `positive` are +1, all others -1.
  DualCoordinateDescent(const BlockSparse<Value>& samples, std::span<const Label> labels, Label positive,
                        const DualProblem& problem, std::uint64_t seed)
      : samples_(samples),
        labels_(labels),
        positive_(positive),
        problem_(problem),
        upper_(problem.loss == SvmLoss::hinge ? problem.c : infinity),
        diagonal_(problem.loss == SvmLoss::hinge ? 0 : 0.5 / problem.c),
        rng_(seed),
        order_(labels.size()),
        active_(labels.size()),
        alpha_(labels.size(), 0.0F),
        buffer_(static_cast<std::size_t>(samples.longest())),
        weights_(static_cast<std::size_t>(samples.padded_features()), 0.0F) {
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  }

  /// At most `passes` more passes. True when the duality gap is small enough; then further calls do nothing.
  bool run(Index passes, std::span<const float> curvature) {
    for (Index pass = 0; pass < passes && !converged_; ++pass) {
      const double spread = sweep(curvature);
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
    double squares = 0;
    for (Index i = 0; i < samples_.size(); ++i) {
      const double slack = std::max(0.0, 1 - sign(i) * margin(row(i)));
      losses += problem_.loss == SvmLoss::hinge ? slack : slack * slack;
      const double alpha = static_cast<double>(alpha_[static_cast<std::size_t>(i)]);
      alphas += alpha;
      squares += alpha * alpha;
    }
    double norm = static_cast<double>(bias_) * static_cast<double>(bias_);
    for (const float w : weights_) norm += static_cast<double>(w) * static_cast<double>(w);
    primal_ = 0.5 * norm + problem_.c * losses;
    return {passes_, primal_, alphas - 0.5 * norm - 0.5 * diagonal_ * squares, !converged_};
  }

  /// features values.
  std::span<const float> weights() const noexcept {
    return std::span(weights_).first(static_cast<std::size_t>(samples_.features()));
  }
  float bias() const noexcept { return bias_; }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  double sign(Index i) const noexcept { return labels_[static_cast<std::size_t>(i)] == positive_ ? 1.0 : -1.0; }
  BlockRow row(Index i) noexcept { return samples_.row(i, buffer_.data()); }
  double margin(const BlockRow& x) const noexcept {
    return static_cast<double>(samples_.scale() * x.dot(weights_.data()) + bias_);
  }

  /// One pass over the active samples. Returns how far apart their projected gradients lie: 0 at the optimum.
  double sweep(std::span<const float> curvature) {
    constexpr std::size_t ahead = 4;  // samples whose fetch is under way
    double highest = -infinity;
    double lowest = infinity;
    rng_.shuffle(std::span(order_).first(active_));
    for (std::size_t s = 0; s < active_;) {
      if (s + ahead < active_) samples_.prefetch(order_[s + ahead]);
      const std::size_t i = order_[s];
      const BlockRow x = row(static_cast<Index>(i));
      const double y = sign(static_cast<Index>(i));
      const double alpha = static_cast<double>(alpha_[i]);
      const double gradient = y * margin(x) - 1 + diagonal_ * alpha;
      const bool at_lower = alpha <= 0;
      const bool at_upper = alpha >= upper_;
      if ((at_lower && gradient > shrink_above_) || (at_upper && gradient < shrink_below_)) {
        std::swap(order_[s], order_[--active_]);
        continue;
      }
      const double projected = at_lower ? std::min(gradient, 0.0) : (at_upper ? std::max(gradient, 0.0) : gradient);
      highest = std::max(highest, projected);
      lowest = std::min(lowest, projected);
      if (projected != 0) {
        move(i, x, y, std::clamp(alpha - gradient / (static_cast<double>(curvature[i]) + diagonal_), 0.0, upper_));
      }
      ++s;
    }
    shrink_above_ = highest > 0 ? highest : infinity;
    shrink_below_ = lowest < 0 ? lowest : -infinity;
    return active_ == 0 ? 0 : highest - lowest;
  }

  /// Sets alpha_[i] and keeps the weights in step.
  void move(std::size_t i, const BlockRow& x, double y, double alpha) {
    const auto rounded = std::min(static_cast<float>(alpha), static_cast<float>(upper_));
    const float step = static_cast<float>(y) * (rounded - alpha_[i]);
    alpha_[i] = rounded;
    x.add_to(samples_.scale() * step, weights_.data());
    if (problem_.bias) bias_ += step;
  }

  void activate_all() {
    active_ = order_.size();
    shrink_above_ = infinity;
    shrink_below_ = -infinity;
  }

  /// w = sum_i alpha_i y_i x_i, anew in double: the rounding of many small steps does not add up.
  void recompute_weights() {
    std::vector<double> sums(weights_.size(), 0.0);
    double bias = 0;
    for (Index i = 0; i < samples_.size(); ++i) {
      const double factor = sign(i) * static_cast<double>(alpha_[static_cast<std::size_t>(i)]);
      if (factor == 0) continue;
      row(i).add_to(static_cast<double>(samples_.scale()) * factor, sums.data());
      bias += factor;
    }
    std::transform(sums.begin(), sums.end(), weights_.begin(), [](double sum) { return static_cast<float>(sum); });
    if (problem_.bias) bias_ = static_cast<float>(bias);
  }

  const BlockSparse<Value>& samples_;
  std::span<const Label> labels_;
  Label positive_;
  DualProblem problem_;
  double upper_;     // bound of every alpha
  double diagonal_;  // what squared hinge adds to the diagonal of the dual's quadratic form
  Rng rng_;
  std::vector<std::uint32_t> order_;  // a permutation of the samples; the first active_ are not shrunk
  std::size_t active_;
  std::vector<float> alpha_;    // a dual variable a sample, in [0, upper_]
  std::vector<float> buffer_;   // the sample at hand as floats
  std::vector<float> weights_;  // padded features
  float bias_ = 0;
  double shrink_above_ = infinity;  // projected gradients of the last pass
  double shrink_below_ = -infinity;
  double spread_goal_ = 0.5;
  double primal_ = 0;
  Index passes_ = 0;
  bool converged_ = false;
};

}  // namespace svm
}  // namespace inkling
