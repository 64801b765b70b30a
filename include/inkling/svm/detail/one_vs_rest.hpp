#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/fingerprint.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/dual_coordinate_descent.hpp>
#include <inkling/svm/detail/newton.hpp>
#include <inkling/svm/detail/problem.hpp>
#include <inkling/svm/linear_svm.hpp>
#include <inkling/svm/options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
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

/// The classes of a rank: rank, rank + ranks, rank + 2 ranks, ...
inline std::vector<Label> classes_of(int rank, int ranks, Index classes) {
  std::vector<Label> own;
  for (Index k = rank; k < classes; k += ranks) own.push_back(static_cast<Label>(k));
  return own;
}

/// What one rank found for each of its classes, of all ranks.
/// weights: padded features x own classes, the bias behind the weights of the features.
inline OneVsRest merge(const Matrix& weights, const std::vector<SvmConvergence>& convergence, Index features,
                       Index classes, Collective& ranks) {
  std::vector<Label> order;  // of all classes: those of rank 0 first
  std::vector<std::size_t> ends;
  std::size_t before = 0;  // of ranks before this one
  for (int r = 0; r < ranks.size(); ++r) {
    if (r == ranks.rank()) before = order.size();
    const std::vector<Label> theirs = classes_of(r, ranks.size(), classes);
    order.insert(order.end(), theirs.begin(), theirs.end());
    ends.push_back(order.size());
  }
  std::vector<SvmConvergence> ordered(order.size());
  std::copy(convergence.begin(), convergence.end(), ordered.begin() + static_cast<std::ptrdiff_t>(before));
  gather(ranks, ordered.data(), ends);
  Matrix all(features + 1, classes);
  all.middleCols(static_cast<Index>(before), weights.cols()) = weights.topRows(features + 1);
  for (std::size_t& end : ends) end *= static_cast<std::size_t>(features + 1);
  gather(ranks, all.data(), ends);
  OneVsRest result{Matrix(features, classes), Vector(classes), std::vector<SvmConvergence>(order.size())};
  for (std::size_t i = 0; i < order.size(); ++i) {
    result.weights.col(order[i]) = all.col(static_cast<Index>(i)).head(features);
    result.bias(order[i]) = all(features, static_cast<Index>(i));
    result.convergence[static_cast<std::size_t>(order[i])] = ordered[i];
  }
  return result;
}

/// start: weights and bias to start from, or empty.
template <typename Value>
OneVsRest train_squared_hinge(const DenseSamples<Value>& samples, const Problem& problem, const OneVsRest& start,
                              const SvmOptions& options, Collective& ranks) {
  const Index features = samples.features();
  const std::vector<Label> own = classes_of(ranks.rank(), ranks.size(), problem.classes());
  const auto own_classes = std::ssize(own);
  std::vector<Label> place(problem.cost.size(), std::numeric_limits<Label>::max());  // of a class among ours
  Problem ours{{}, {}, problem.rest_cost, problem.tolerance, problem.max_passes};
  for (std::size_t k = 0; k < own.size(); ++k) {
    place[static_cast<std::size_t>(own[k])] = static_cast<Label>(k);
    ours.cost.push_back(problem.cost[static_cast<std::size_t>(own[k])]);
  }
  std::vector<Label> labels;
  for (const Label label : problem.labels) labels.push_back(place[static_cast<std::size_t>(label)]);
  ours.labels = labels;
  LaneGroups weights(static_cast<std::size_t>((own_classes + lanes - 1) / lanes),
                     LaneMatrix::Zero(lanes, samples.padded_features()));
  const auto is_zero = [](float value) { return value == 0; };
  const bool from_zero =
      std::all_of(start.weights.data(), start.weights.data() + start.weights.size(), is_zero) &&
      (!options.bias || std::all_of(start.bias.data(), start.bias.data() + start.bias.size(), is_zero));
  if (start.weights.size() > 0) {
    for (Index k = 0; k < own_classes; ++k) {
      auto row = weights[static_cast<std::size_t>(k / lanes)].row(k % lanes);
      const Label of_all = own[static_cast<std::size_t>(k)];
      row.head(features) = start.weights.col(of_all).transpose().array();
      row(features) = options.bias ? start.bias(of_all) : 0.0F;
    }
  }
  const Report report(options);
  Newton<Value> newton(samples, problem, ours, std::move(weights), from_zero, ranks, options.threads);
  const auto most_passes = [&] {
    Index most = 0;
    for (Index k = 0; k < own_classes; ++k) most = std::max(most, newton.convergence(k).passes);
    const std::vector<Index> all = gather(ranks, most);
    return *std::max_element(all.begin(), all.end());
  };
  while (newton.step() && !ranks.any(report.wants_to_stop(most_passes()))) {
  }
  Matrix found(samples.padded_features(), own_classes);
  std::vector<SvmConvergence> convergence;
  for (Index k = 0; k < own_classes; ++k) {
    found.col(k) = newton.weights(k);
    if (!options.bias) found(features, k) = 0;
    convergence.push_back(newton.convergence(k));
  }
  return merge(found, convergence, features, problem.classes(), ranks);
}

template <typename Value>
OneVsRest train_hinge(const DenseSamples<Value>& samples, const Problem& problem, const SvmOptions& options,
                      Collective& ranks) {
  std::vector<float> squares(problem.labels.size());  // x.x of each sample, the same for every class
  Vector sample(samples.padded_features());
  for (Index i = 0; i < samples.size(); ++i) {
    samples.unpack(i, sample.data());
    squares[static_cast<std::size_t>(i)] = samples.scale() * samples.scale() * sample.squaredNorm();
  }
  std::vector<DualCoordinateDescent<Value>> machines;
  machines.reserve(problem.cost.size());
  for (const Label k : classes_of(ranks.rank(), ranks.size(), problem.classes())) {
    machines.emplace_back(samples, problem, k, derive_seed(options.seed, {static_cast<std::uint64_t>(k)}));
  }
  // Without a callback nobody needs the classes to wait for one another.
  const std::vector<Index> strides =
      gather(ranks, options.on_progress ? std::min<Index>(8, problem.max_passes) : problem.max_passes);
  const Index stride = *std::min_element(strides.begin(), strides.end());
  const Report report(options);
  std::vector<char> done(machines.size(), 0);
  for (Index pass = 0; pass < problem.max_passes;) {
    const Index passes = std::min(stride, problem.max_passes - pass);
    parallel_for(std::ssize(machines), options.threads, [&](Index k, int) {
      const auto machine = static_cast<std::size_t>(k);
      done[machine] = machines[machine].run(passes, squares) ? 1 : 0;
    });
    pass += passes;
    const bool all_done = std::all_of(done.begin(), done.end(), [](char d) { return d != 0; });
    if (ranks.any(report.wants_to_stop(pass)) || !ranks.any(!all_done)) break;
  }
  Matrix found(samples.padded_features(), std::ssize(machines));
  std::vector<SvmConvergence> convergence(machines.size());
  parallel_for(std::ssize(machines), options.threads, [&](Index k, int) {
    auto& machine = machines[static_cast<std::size_t>(k)];
    convergence[static_cast<std::size_t>(k)] = machine.evaluate();
    found.col(k) = machine.weights();
  });
  return merge(found, convergence, samples.features(), problem.classes(), ranks);
}

/// Ranks that learned with other options would give a machine that nobody else gets.
inline void require_same_options(Collective& ranks, const Problem& problem, const OneVsRest& start,
                                 const SvmOptions& options) {
  if (ranks.size() == 1) return;
  Fingerprint sum(options.seed);
  for (const double value : problem.cost) sum.add(value);
  for (const double value : {problem.rest_cost, problem.tolerance, static_cast<double>(problem.max_passes)}) {
    sum.add(value);
  }
  sum.add(static_cast<std::uint64_t>((options.loss == SvmLoss::hinge ? 1 : 0) + (options.bias ? 2 : 0)));
  sum.add(start.weights.data(), static_cast<std::size_t>(start.weights.size()) * sizeof(float));
  sum.add(start.bias.data(), static_cast<std::size_t>(start.bias.size()) * sizeof(float));
  require_same(ranks, sum.value(), "the options of the SVM");
}

template <typename Value>
OneVsRest train(const DenseSamples<Value>& samples, const Problem& problem, const OneVsRest& start,
                const SvmOptions& options) {
  Collective alone;
  Collective& ranks = options.ranks != nullptr ? *options.ranks : alone;
  require_same_options(ranks, problem, start, options);
  return options.loss == SvmLoss::hinge ? train_hinge(samples, problem, options, ranks)
                                        : train_squared_hinge(samples, problem, start, options, ranks);
}

}  // namespace inkling::inline INKLING_ABI::svm::detail
