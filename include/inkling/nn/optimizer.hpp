#pragma once

#include <inkling/core/parallel.hpp>
#include <inkling/nn/layer.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <variant>
#include <vector>

namespace inkling::nn {

/// Stochastic gradient descent with Nesterov momentum (Sutskever, Martens, Dahl and Hinton 2013):
/// v = momentum * v + g,  w -= rate * (g + momentum * v), where g holds the L2 penalty weight_decay * w.
struct Sgd {
  double learning_rate = 0.05;
  double momentum = 0.9;
  double weight_decay = 0;
};

/// Adam (Kingma and Ba 2015, arXiv:1412.6980) with decoupled weight decay (Loshchilov and Hutter 2019,
/// arXiv:1711.05101). With weight_decay = 0 it is plain Adam.
struct AdamW {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
};

/// The hyper-parameters. What a run accumulates is in OptimizerState.
using Optimizer = std::variant<AdamW, Sgd>;

/// What an optimiser remembers between steps: one pair of moments for each parameter, by its number.
template <typename S>
struct OptimizerState {
  Index steps = 0;                  // one count for the whole network
  std::vector<MatrixOf<S>> first;   // velocity, or mean of the gradient
  std::vector<MatrixOf<S>> second;  // mean of the squared gradient (AdamW only; else empty matrices)
};

/// How much of a micro-batch's statistics goes into the running ones.
inline constexpr double statistic_share = 0.02;

namespace detail {

template <typename S>
using Values = Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>;

template <typename S>
void update(const Sgd& sgd, double rate, Index, bool decays, Values<S> weights, Values<S> gradient, Values<S> velocity,
            Values<S>) {
  const auto momentum = static_cast<S>(sgd.momentum);
  if (decays) gradient += static_cast<S>(sgd.weight_decay) * weights;
  velocity = momentum * velocity + gradient;
  weights -= static_cast<S>(rate) * (gradient + momentum * velocity);
}

template <typename S>
void update(const AdamW& adam, double rate, Index steps, bool decays, Values<S> weights, Values<S> gradient,
            Values<S> mean, Values<S> square) {
  const double unbias1 = 1 - std::pow(adam.beta1, static_cast<double>(steps));
  const double unbias2 = 1 - std::pow(adam.beta2, static_cast<double>(steps));
  const auto beta1 = static_cast<S>(adam.beta1);
  const auto beta2 = static_cast<S>(adam.beta2);
  mean = beta1 * mean + (S{1} - beta1) * gradient;
  square = beta2 * square + (S{1} - beta2) * gradient.square();
  if (decays) weights *= static_cast<S>(1 - rate * adam.weight_decay);
  // w -= rate * (mean / unbias1) / (sqrt(square / unbias2) + epsilon)
  const auto step = static_cast<S>(rate / unbias1);
  const auto root = static_cast<S>(1 / std::sqrt(unbias2));
  weights -= step * mean / (square.sqrt() * root + static_cast<S>(adam.epsilon));
}

/// Throws ValueError unless each learned parameter has the moments that the optimiser keeps.
template <typename S>
void check_state(std::span<Parameter<S>* const> parameters, bool two_moments, const OptimizerState<S>& state) {
  bool fits = state.first.size() == parameters.size() && state.second.size() == parameters.size();
  for (std::size_t p = 0; fits && p < parameters.size(); ++p) {
    const Index size = parameters[p]->role == Role::statistic ? 0 : parameters[p]->value.size();
    fits = state.first[p].size() == size && state.second[p].size() == (two_moments ? size : 0);
  }
  require<ValueError>(fits, "optimizer_step: the state was made by another optimiser or for another network");
}

}  // namespace detail

/// One step on the sum of the micro-batches' gradients, added in their order, so that the bits do not depend on the
/// number of threads.
///
/// gradients[m][p] belongs to micro-batch m and parameter p; gradients[0] is used as working memory. `rate_factor`
/// multiplies the learning rate (see Schedule). Statistics move towards those of each micro-batch in turn.
/// Throws ValueError when `state` was made by another optimiser or for another network.
template <typename S>
void optimizer_step(const Optimizer& optimizer, double rate_factor, std::span<Parameter<S>* const> parameters,
                    std::span<std::vector<MatrixOf<S>>> gradients, OptimizerState<S>& state, int threads) {
  const bool two_moments = std::holds_alternative<AdamW>(optimizer);
  if (state.first.empty()) {
    for (const Parameter<S>* parameter : parameters) {
      const MatrixOf<S> zeros = MatrixOf<S>::Zero(parameter->value.rows(), parameter->value.cols());
      const bool learned = parameter->role != Role::statistic;
      state.first.push_back(learned ? zeros : MatrixOf<S>());
      state.second.push_back(learned && two_moments ? zeros : MatrixOf<S>());
    }
  }
  detail::check_state(parameters, two_moments, state);
  ++state.steps;

  constexpr Index slice = 2048;  // values at a time: with moments and gradients they stay in the first-level cache
  struct Task {
    std::size_t parameter;
    Index first;
  };
  std::vector<Task> tasks;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    for (Index first = 0; first < parameters[p]->value.size(); first += slice) tasks.push_back({p, first});
  }
  parallel_for(static_cast<Index>(tasks.size()), threads, [&](Index t, int) {
    const std::size_t p = tasks[static_cast<std::size_t>(t)].parameter;
    const Index first = tasks[static_cast<std::size_t>(t)].first;
    Parameter<S>& parameter = *parameters[p];
    const Index count = std::min(slice, parameter.value.size() - first);
    const auto part = [first, count](MatrixOf<S>& matrix) {
      return detail::Values<S>(matrix.size() == 0 ? nullptr : matrix.data() + first, matrix.size() == 0 ? 0 : count);
    };
    auto weights = part(parameter.value);
    if (parameter.role == Role::statistic) {
      for (auto& micro : gradients) weights += static_cast<S>(statistic_share) * (part(micro[p]) - weights);
      return;
    }
    auto sum = part(gradients[0][p]);
    for (std::size_t m = 1; m < gradients.size(); ++m) sum += part(gradients[m][p]);
    std::visit(
        [&](const auto& rule) {
          detail::update<S>(rule, rule.learning_rate * rate_factor, state.steps, parameter.role == Role::weight,
                            weights, sum, part(state.first[p]), part(state.second[p]));
        },
        optimizer);
  });
}

}  // namespace inkling::nn
