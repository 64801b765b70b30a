#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/dual_coordinate_descent.hpp>
#include <inkling/svm/detail/newton.hpp>
#include <inkling/svm/detail/problem.hpp>
#include <inkling/svm/linear_svm.hpp>
#include <inkling/svm/options.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::svm::detail {

/// What training found for every class.
struct OneVsRest {
  Matrix weights;  // features x classes
  Vector bias;     // classes
  std::vector<SvmConvergence> convergence;
};

inline Problem make_problem(std::span<const Label> labels, std::size_t classes, const SvmOptions& options) {
  Problem problem{labels, std::vector<double>(classes, options.c), options.c, options.tolerance, options.max_passes};
  for (std::size_t k = 0; k < options.class_weights.size(); ++k) problem.cost[k] *= options.class_weights[k];
  return problem;
}

/// Calls options.on_progress, if there is one.
class Report {
 public:
  explicit Report(const SvmOptions& options) : options_(options) {}

  bool wants_to_stop(Index passes) const {
    if (!options_.on_progress) return false;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    return options_.on_progress({.step = passes, .steps = options_.max_passes, .seconds = elapsed.count()}) ==
           Flow::stop;
  }

 private:
  const SvmOptions& options_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// start: weights and bias to start from, or empty.
template <typename Value>
OneVsRest train_squared_hinge(const DenseSamples<Value>& samples, const Problem& problem, const OneVsRest& start,
                              const SvmOptions& options) {
  const Index features = samples.features();
  LaneGroups weights(static_cast<std::size_t>((problem.classes() + lanes - 1) / lanes),
                     LaneMatrix::Zero(lanes, samples.padded_features()));
  if (start.weights.size() > 0) {
    for (Index k = 0; k < problem.classes(); ++k) {
      auto row = weights[static_cast<std::size_t>(k / lanes)].row(k % lanes);
      row.head(features) = start.weights.col(k).transpose().array();
      row(features) = options.bias ? start.bias(k) : 0.0F;
    }
  }
  const Report report(options);
  Newton<Value> newton(samples, problem, std::move(weights), options.threads);
  const auto most_passes = [&] {
    Index most = 0;
    for (Index k = 0; k < problem.classes(); ++k) most = std::max(most, newton.convergence(k).passes);
    return most;
  };
  while (newton.step() && !report.wants_to_stop(most_passes())) {
  }
  OneVsRest result{Matrix(features, problem.classes()), Vector(problem.classes()), {}};
  for (Index k = 0; k < problem.classes(); ++k) {
    const Vector of_class = newton.weights(k);
    result.weights.col(k) = of_class.head(features);
    result.bias(k) = options.bias ? of_class(features) : 0;
    result.convergence.push_back(newton.convergence(k));
  }
  return result;
}

template <typename Value>
OneVsRest train_hinge(const DenseSamples<Value>& samples, const Problem& problem, const SvmOptions& options) {
  std::vector<float> squares(problem.labels.size());  // x.x of each sample, the same for every class
  Vector sample(samples.padded_features());
  for (Index i = 0; i < samples.size(); ++i) {
    samples.unpack(i, sample.data());
    squares[static_cast<std::size_t>(i)] = samples.scale() * samples.scale() * sample.squaredNorm();
  }
  std::vector<DualCoordinateDescent<Value>> machines;
  machines.reserve(problem.cost.size());
  for (Label k = 0; k < problem.classes(); ++k) {
    machines.emplace_back(samples, problem, k, derive_seed(options.seed, {static_cast<std::uint64_t>(k)}));
  }
  // Without a callback nobody needs the classes to wait for one another.
  const Index stride = options.on_progress ? std::min<Index>(8, problem.max_passes) : problem.max_passes;
  const Report report(options);
  std::vector<char> done(problem.cost.size(), 0);
  for (Index pass = 0; pass < problem.max_passes;) {
    const Index passes = std::min(stride, problem.max_passes - pass);
    parallel_for(problem.classes(), options.threads, [&](Index k, int) {
      const auto machine = static_cast<std::size_t>(k);
      done[machine] = machines[machine].run(passes, squares) ? 1 : 0;
    });
    pass += passes;
    if (report.wants_to_stop(pass) || std::all_of(done.begin(), done.end(), [](char d) { return d != 0; })) break;
  }
  const Index features = samples.features();
  OneVsRest result{Matrix(features, problem.classes()), Vector(problem.classes()),
                   std::vector<SvmConvergence>(problem.cost.size())};
  parallel_for(problem.classes(), options.threads, [&](Index k, int) {
    auto& machine = machines[static_cast<std::size_t>(k)];
    result.convergence[static_cast<std::size_t>(k)] = machine.evaluate();
    result.weights.col(k) = machine.weights().head(features);
    result.bias(k) = machine.weights()(features);
  });
  return result;
}

template <typename Value>
OneVsRest train(const DenseSamples<Value>& samples, const Problem& problem, const OneVsRest& start,
                const SvmOptions& options) {
  return options.loss == SvmLoss::hinge ? train_hinge(samples, problem, options)
                                        : train_squared_hinge(samples, problem, start, options);
}

}  // namespace inkling::inline INKLING_ABI::svm::detail
