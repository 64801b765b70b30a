#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/svm/detail/average_hessian.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/lanes.hpp>
#include <inkling/svm/detail/loss_pass.hpp>
#include <inkling/svm/detail/problem.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::svm::detail {

/// Trains linear machines with the squared hinge loss, one class against the rest and all classes together, by
/// Newton's method on the primal problem (Keerthi and DeCoste 2005, "A Modified Finite Newton Method for Fast Solution
/// of Large Scale Linear SVMs"; Lin, Weng and Keerthi 2008, "Trust Region Newton Method for Logistic Regression"):
///
///     f(w) = |w|^2 / 2 + sum_i C_i max(0, 1 - y_i w.x_i)^2
///
/// Only samples with slack above 0 enter the Hessian I + sum 2 C x x^T. They are few in the end, and a step's system is
/// solved on them by conjugate gradients, preconditioned by AverageHessian. Margins and gradients need all samples;
/// LossPass finds them for all classes in one pass.
///
/// alpha_i = 2 C_i max(0, slack_i) is feasible in the dual problem, and makes the duality gap |gradient|^2 / 2.
template <typename Value>
class Newton {
 public:
  /// samples, whole, problem and ranks must outlive this. problem: the classes of this rank, class k being class rank +
  /// k * ranks of the whole; with one rank it is the whole. weights: where to start, classes x padded features.
  Newton(const DenseSamples<Value>& samples, const Problem& whole, const Problem& problem, LaneGroups weights,
         bool from_zero, Collective& ranks, int threads)
      : samples_(samples),
        whole_(whole),
        problem_(problem),
        ranks_(ranks),
        threads_(threads),
        pass_(samples, problem, threads),
        weights_(std::move(weights)),
        classes_(static_cast<std::size_t>(problem.classes())),
        from_zero_(from_zero) {
    pass_.evaluate(weights_, now_);
    update();
  }

  /// One step for every class that is not done. False when there is none, of any rank.
  bool step() {
    const bool done = std::all_of(classes_.begin(), classes_.end(), [](const Class& state) { return state.done; });
    if (!ranks_.any(!done)) return false;
    // The Hessian changes most in the beginning.
    if (steps_ == 0 || steps_ == 2) {
      hessian_ = make_preconditioner(weights_of_samples());  // both by all ranks together
    }
    if (done) {
      ++steps_;
      return true;
    }
    LaneGroups next = weights_;
    parallel_for(problem_.classes(), threads_, [&](Index k, int) {
      if (!at(classes_, k).done) row(next, k) += descent(k).transpose().array();
    });
    Objective then;
    pass_.evaluate(next, then);
    if (shorten(next, then)) pass_.evaluate(next, then);
    for (Index k = 0; k < problem_.classes(); ++k) keep_better(k, next, then);
    weights_ = std::move(next);
    now_ = std::move(then);
    ++steps_;
    update();
    return true;
  }

  /// classes x padded features
  const LaneGroups& weights() const noexcept { return weights_; }
  Eigen::VectorXf weights(Index k) const { return row(weights_, k).transpose().matrix(); }

  SvmConvergence convergence(Index k) const {
    const Class& state = at(classes_, k);
    return {state.passes, now_.value(k), now_.value(k) - gap(k), !state.converged};
  }

 private:
  struct Class {
    Index passes = 0;  // the one at the start not counted
    bool converged = false;
    bool done = false;  // converged, at the limit of passes, or as near as rounding lets it come
  };

  template <typename List>
  static auto& at(List& list, Index k) {
    return list[static_cast<std::size_t>(k)];
  }
  template <typename Groups>
  static auto row(Groups& groups, Index k) {
    return at(groups, k / lanes).row(k % lanes);
  }

  /// Whether the sample's slack is above 0.
  static bool costs(const Objective& objective, Index k, Index sample) {
    return (at(at(objective.costs, k / lanes), sample) >> (k % lanes) & 1) != 0;
  }

  double gap(Index k) const {
    return 0.5 * static_cast<double>(row(now_.gradient, k).matrix().template cast<double>().squaredNorm());
  }

  void update() {
    for (Index k = 0; k < problem_.classes(); ++k) {
      Class& state = at(classes_, k);
      state.converged = gap(k) <= problem_.tolerance * now_.value(k);
      // A step after the first takes two passes or more: for a product with the Hessian and for the gradient.
      state.done = state.done || state.converged || (steps_ > 0 && state.passes + 2 > problem_.max_passes);
    }
  }

  double cost(Index k, Index sample) const {
    return at(problem_.labels, sample) == k ? at(problem_.cost, k) : problem_.rest_cost;
  }

  /// Which samples cost a class something: a bit each, of all classes of rank 0, then of all of rank 1, and so on.
  std::vector<std::uint8_t> costing_samples() const {
    const Index each = (samples_.size() + 7) / 8;
    std::vector<std::size_t> ends;
    Index first = 0;
    Index end = 0;
    for (int r = 0; r < ranks_.size(); ++r) {
      if (r == ranks_.rank()) first = end;
      end += (whole_.classes() - r + ranks_.size() - 1) / ranks_.size() * each;
      ends.push_back(static_cast<std::size_t>(end));
    }
    std::vector<std::uint8_t> bits(static_cast<std::size_t>(end), 0);
    for (Index k = 0; k < problem_.classes(); ++k) {
      std::uint8_t* const of_class = bits.data() + first + k * each;
      for (Index i = 0; i < samples_.size(); ++i) {
        if (costs(now_, k, i)) of_class[i / 8] = static_cast<std::uint8_t>(of_class[i / 8] | (1U << (i % 8)));
      }
    }
    gather(ranks_, bits.data(), ends);
    return bits;
  }

  /// The weight of each sample in the Hessians of all classes together.
  std::vector<double> weights_of_samples() const {
    const std::vector<std::uint8_t> bits = costing_samples();
    const Index each = (samples_.size() + 7) / 8;
    std::vector<double> sums(static_cast<std::size_t>(samples_.size()), 0);
    for (Index k = 0; k < whole_.classes(); ++k) {  // in this order, whoever has them
      Index place = k / ranks_.size();
      for (int r = 0; r < k % ranks_.size(); ++r) place += (whole_.classes() - r + ranks_.size() - 1) / ranks_.size();
      const std::uint8_t* const of_class = bits.data() + place * each;
      for (Index i = 0; i < samples_.size(); ++i) {
        if ((of_class[i / 8] >> (i % 8) & 1U) == 0) continue;
        at(sums, i) += 2 * (at(whole_.labels, i) == k ? at(whole_.cost, k) : whole_.rest_cost);
      }
    }
    return sums;
  }

  /// From a selection of the samples that cost, each weighted by what it adds to the Hessians on average. sums: the
  /// weight of each in those of all classes together.
  std::unique_ptr<AverageHessian> make_preconditioner(const std::vector<double>& sums) const {
    std::vector<std::uint32_t> active;
    std::vector<float> weights;
    for (Index i = 0; i < samples_.size(); ++i) {
      if (at(sums, i) == 0) continue;
      active.push_back(static_cast<std::uint32_t>(i));
      weights.push_back(static_cast<float>(at(sums, i) / static_cast<double>(whole_.classes())));
    }
    // Three samples a feature tell enough of the Hessian.
    const std::size_t most = 3 * static_cast<std::size_t>(samples_.padded_features());
    if (active.size() > most) {
      const double stride = static_cast<double>(active.size()) / static_cast<double>(most);
      for (std::size_t i = 0; i < most; ++i) {
        const auto from = static_cast<std::size_t>(static_cast<double>(i) * stride);
        active[i] = active[from];
        weights[i] = weights[from] * static_cast<float>(stride);
      }
      active.resize(most);
      weights.resize(most);
    }
    return std::make_unique<AverageHessian>(samples_, active, weights, threads_, ranks_);
  }

  /// The samples that cost class k something, and the weight of each in its Hessian.
  struct Active {
    std::vector<std::uint32_t> samples;
    std::vector<float> weights;
  };
  Active active_samples(Index k) const {
    Active active;
    for (Index i = 0; i < samples_.size(); ++i) {
      if (!costs(now_, k, i)) continue;
      active.samples.push_back(static_cast<std::uint32_t>(i));
      active.weights.push_back(static_cast<float>(2 * cost(k, i)));
    }
    return active;
  }

  /// The step of class k: preconditioned conjugate gradients for Hessian * step = -gradient.
  Vector descent(Index k) {
    Class& state = at(classes_, k);
    Vector residual = -row(now_.gradient, k).transpose().matrix();
    Vector solution = Vector::Zero(residual.size());
    Vector conditioned = residual;
    hessian_->solve_in_place(conditioned);
    ++state.passes;                                     // for the gradient after the step
    if (steps_ == 0 && from_zero_) return conditioned;  // all samples cost all classes: the average is the Hessian
    const Active active = active_samples(k);
    Vector direction = conditioned;
    Vector product(residual.size());
    std::vector<float> memory(static_cast<std::size_t>(together * samples_.padded_features()));
    float slope = residual.dot(conditioned);
    const float accuracy = steps_ < 6 ? 0.3F : 0.1F;  // far from the optimum the Hessian changes with every step
    const float goal = accuracy * accuracy * residual.squaredNorm();
    for (int round = 0; round < 30 && (round == 0 || state.passes < problem_.max_passes); ++round) {
      ++state.passes;
      multiply_hessian(active, direction, product, memory);
      const float curvature = direction.dot(product);
      if (!(curvature > 0)) break;
      solution += slope / curvature * direction;
      residual -= slope / curvature * product;
      if (residual.squaredNorm() <= goal) break;
      conditioned = residual;
      hessian_->solve_in_place(conditioned);
      const float next = residual.dot(conditioned);
      direction = conditioned + next / slope * direction;
      slope = next;
    }
    return solution;
  }

  /// result = x + sum over active samples of weight * sample (sample . x)
  void multiply_hessian(const Active& active, const Vector& x, Vector& result, std::vector<float>& memory) const {
    const Index padded = samples_.padded_features();
    const float square = samples_.scale() * samples_.scale();
    result = x;
    const std::size_t count = active.samples.size();
    for (std::size_t first = 0; first < count; first += together) {
      const std::size_t ahead = std::min(count, first + std::size_t{3} * together);
      for (std::size_t i = first + std::size_t{2} * together; i < ahead; ++i) samples_.prefetch(active.samples[i]);
      std::array<float, together> factors{};
      for (std::size_t s = 0; s < together; ++s) {
        float* const to = memory.data() + static_cast<Index>(s) * padded;
        if (first + s < count) {
          samples_.unpack(active.samples[first + s], to);
          factors[s] = square * active.weights[first + s];
        } else {
          std::fill_n(to, padded, 0.0F);
        }
      }
      add_outer(memory.data(), factors, x, result);
    }
  }

  static constexpr std::size_t together = 4;  // samples for which x and the result are loaded once

  static void add_outer(const float* samples, std::array<float, together> factors, const Vector& x, Vector& result) {
    const Index padded = x.size();
    std::array<Lanes, together> sums;
    for (Lanes& sum : sums) sum.setZero();
    for (Index f = 0; f < padded; f += lanes) {
      const Lanes part = Lanes::Map(x.data() + f);
#pragma GCC unroll 4
      for (std::size_t s = 0; s < together; ++s) {
        sums[s] += part * Lanes::Map(samples + static_cast<Index>(s) * padded + f);
      }
    }
    for (std::size_t s = 0; s < together; ++s) factors[s] *= sums[s].sum();
    for (Index f = 0; f < padded; f += lanes) {
      Lanes part = Lanes::Map(result.data() + f);
#pragma GCC unroll 4
      for (std::size_t s = 0; s < together; ++s) {
        part += factors[s] * Lanes::Map(samples + static_cast<Index>(s) * padded + f);
      }
      Lanes::Map(result.data() + f) = part;
    }
  }

  /// Shortens the steps that do not descend enough (Armijo 1966) to the minimum along their lines. True if there were.
  bool shorten(LaneGroups& next, const Objective& then) {
    constexpr std::size_t at_once = 8;  // classes, which bounds the memory
    bool any = false;
    for (Index group = 0; group < pass_.groups(); ++group) {
      const std::vector<Index> too_long = too_long_steps(group, next, then);
      for (std::size_t first = 0; first < too_long.size(); first += at_once) {
        any = true;
        const auto classes = std::span(too_long).subspan(first, std::min(at_once, too_long.size() - first));
        const Matrix here = pass_.slack(at(weights_, group), classes);
        const Matrix there = pass_.slack(at(next, group), classes);
        parallel_for(static_cast<Index>(classes.size()), threads_, [&](Index i, int) {
          const Index k = at(classes, i);
          const Eigen::ArrayXd from = row(weights_, k).transpose().template cast<double>();
          const Eigen::ArrayXd step = step_of(k, next);
          const double length = line_minimum(k, (from * step).sum(), step.square().sum(), here.row(i), there.row(i));
          row(next, k) = (from + length * step).transpose().template cast<float>();
          ++at(classes_, k).passes;
        });
      }
    }
    return any;
  }

  Eigen::ArrayXd step_of(Index k, const LaneGroups& next) const {
    return (row(next, k) - row(weights_, k)).transpose().template cast<double>();
  }

  /// The classes of a group whose steps to `next` do not descend enough.
  std::vector<Index> too_long_steps(Index group, const LaneGroups& next, const Objective& then) const {
    std::vector<Index> result;
    for (Index k = group * lanes; k < std::min(problem_.classes(), (group + 1) * lanes); ++k) {
      if (at(classes_, k).done) continue;
      const Eigen::ArrayXd gradient = row(now_.gradient, k).transpose().template cast<double>();
      if (then.value(k) <= now_.value(k) + 1e-4 * (gradient * step_of(k, next)).sum()) continue;
      result.push_back(k);
    }
    return result;
  }

  /// Where f(w + t step) is least: Newton's method on its piecewise linear derivative, along which slack is linear.
  /// here, there: the slack of the class at both ends of the step.
  template <typename Row>
  double line_minimum(Index k, double along, double square, const Row& here, const Row& there) const {
    double t = 1;
    for (int round = 0; round < 20; ++round) {
      double slope = along + t * square;
      double curvature = square;
      for (Index i = 0; i < samples_.size(); ++i) {
        const double change = static_cast<double>(there(i)) - static_cast<double>(here(i));
        const double slack = static_cast<double>(here(i)) + t * change;
        if (slack <= 0) continue;
        slope += 2 * cost(k, i) * slack * change;
        curvature += 2 * cost(k, i) * change * change;
      }
      const double next = std::clamp(t - slope / curvature, 0.0, 1.0);
      if (!(std::abs(next - t) > 1e-3)) break;
      t = next;
    }
    return t;
  }

  /// A class whose step did not descend stays where it was: rounding lets it come no nearer.
  void keep_better(Index k, LaneGroups& next, Objective& then) {
    if (at(classes_, k).done || then.value(k) < now_.value(k)) return;
    at(classes_, k).done = true;
    row(next, k) = row(weights_, k);
    const auto bit = static_cast<std::uint16_t>(1U << (k % lanes));
    LaneMasks& masks = at(then.costs, k / lanes);
    const LaneMasks& before = at(now_.costs, k / lanes);
    for (std::size_t i = 0; i < masks.size(); ++i) {
      masks[i] = static_cast<std::uint16_t>((masks[i] & ~bit) | (before[i] & bit));
    }
    row(then.gradient, k) = row(now_.gradient, k);
    then.value(k) = now_.value(k);
  }

  const DenseSamples<Value>& samples_;
  const Problem& whole_;
  const Problem& problem_;
  Collective& ranks_;
  int threads_;
  LossPass<Value> pass_;
  LaneGroups weights_;  // classes x padded features
  Objective now_;       // at weights_
  std::vector<Class> classes_;
  bool from_zero_;
  std::unique_ptr<AverageHessian> hessian_;
  Index steps_ = 0;
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
