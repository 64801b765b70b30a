#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/training/optimizer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void AdamW::check() const {
  in_range("AdamW::learning_rate", learning_rate, {0, 1000});
  in_range("AdamW::beta1", beta1, {.low = 0, .high = 1, .below_high = true});
  in_range("AdamW::beta2", beta2, {.low = 0, .high = 1, .below_high = true});
  in_range("AdamW::epsilon", epsilon, {.low = 0, .high = 1, .above_low = true});
  in_range("AdamW::weight_decay", weight_decay, {0, 1000});
}

INKLING_INLINE void Sgd::check() const {
  in_range("Sgd::learning_rate", learning_rate, {0, 1000});
  in_range("Sgd::momentum", momentum, {.low = 0, .high = 1, .below_high = true});
  in_range("Sgd::weight_decay", weight_decay, {0, 1000});
}

INKLING_INLINE double share_of_statistics(Index count) noexcept {
  return statistic_share / (1 - std::pow(1 - statistic_share, static_cast<double>(count + 1)));
}

namespace detail {

template <typename S>
void update(const Sgd& sgd, double rate, Index, bool decays, Index count, const S* __restrict gradient,
            S* __restrict weights, S* __restrict velocity, S*) noexcept {
  const auto momentum = static_cast<S>(sgd.momentum);
  const auto decay = static_cast<S>(decays ? sgd.weight_decay : 0);
  const auto step = static_cast<S>(rate);
  for (Index i = 0; i < count; ++i) {
    const S g = gradient[i] + decay * weights[i];
    velocity[i] = momentum * velocity[i] + g;
    weights[i] -= step * (g + momentum * velocity[i]);
  }
}

template <typename S>
void update(const AdamW& adam, double rate, Index steps, bool decays, Index count, const S* __restrict gradient,
            S* __restrict weights, S* __restrict mean, S* __restrict square) noexcept {
  const double unbias1 = 1 - std::pow(adam.beta1, static_cast<double>(steps));
  const double unbias2 = 1 - std::pow(adam.beta2, static_cast<double>(steps));
  const auto beta1 = static_cast<S>(adam.beta1);
  const auto beta2 = static_cast<S>(adam.beta2);
  const auto kept = static_cast<S>(decays ? 1 - rate * adam.weight_decay : 1);
  const auto step = static_cast<S>(rate / unbias1);
  const auto root = static_cast<S>(1 / std::sqrt(unbias2));
  const auto epsilon = static_cast<S>(adam.epsilon);
  for (Index i = 0; i < count; ++i) {
    mean[i] = beta1 * mean[i] + (S{1} - beta1) * gradient[i];
    square[i] = beta2 * square[i] + (S{1} - beta2) * gradient[i] * gradient[i];
  }
  // w = kept * w - rate * (mean / unbias1) / (sqrt(square / unbias2) + epsilon); by Eigen, for std::sqrt may set errno,
  // which keeps compilers from taking several at a time
  const auto array = [count](S* data) { return Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>(data, count); };
  array(weights) = kept * array(weights) - step * array(mean) / (array(square).sqrt() * root + epsilon);
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

/// Throws ShapeError unless each micro-batch has a gradient of the size of each parameter.
template <typename S>
void check_gradients_fit(std::span<Parameter<S>* const> parameters,
                         std::span<const std::vector<MatrixOf<S>>> gradients) {
  for (const std::vector<MatrixOf<S>>& micro : gradients) {
    bool fits = micro.size() == parameters.size();
    for (std::size_t p = 0; fits && p < parameters.size(); ++p) fits = micro[p].size() == parameters[p]->value.size();
    require<ShapeError>(fits, "optimizer_step: expected a gradient of its size for each parameter");
  }
}

}  // namespace detail

template <typename S>
void optimizer_step(const Optimizer& optimizer, double rate_factor, std::span<Parameter<S>* const> parameters,
                    std::span<std::vector<MatrixOf<S>>> gradients, OptimizerState<S>& state, int threads) {
  std::visit([](const auto& rule) { rule.check(); }, optimizer);
  in_range("optimizer_step: rate_factor", rate_factor, {0, 1e6});
  require<ValueError>(!gradients.empty(), "optimizer_step: expected at least one micro-batch, got none");
  detail::check_gradients_fit<S>(parameters, gradients);
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
  std::vector<S> shares;  // of each micro-batch in the running statistics
  for (std::size_t m = 0; m < gradients.size(); ++m) {
    shares.push_back(static_cast<S>(share_of_statistics(state.micro_batches++)));
  }

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
    if (parameter.fixed) return;
    const Index count = std::min(slice, parameter.value.size() - first);
    const auto part = [first](MatrixOf<S>& matrix) { return matrix.size() == 0 ? nullptr : matrix.data() + first; };
    S* const weights = part(parameter.value);
    if (parameter.role == Role::statistic) {
      for (std::size_t m = 0; m < gradients.size(); ++m) {
        const S* const value = part(gradients[m][p]);
        for (Index i = 0; i < count; ++i) weights[i] += shares[m] * (value[i] - weights[i]);
      }
      return;
    }
    std::array<S, slice> sum;
    std::copy_n(part(gradients[0][p]), count, sum.data());
    for (std::size_t m = 1; m < gradients.size(); ++m) {
      const S* const more = part(gradients[m][p]);
      for (Index i = 0; i < count; ++i) sum[static_cast<std::size_t>(i)] += more[i];
    }
    std::visit(
        [&](const auto& rule) {
          detail::update<S>(rule, rule.learning_rate * rate_factor, state.steps, parameter.role == Role::weight, count,
                            sum.data(), weights, part(state.first[p]), part(state.second[p]));
        },
        optimizer);
  });
}

#ifdef INKLING_COMPILED
template void optimizer_step<float>(const Optimizer&, double, std::span<Parameter<float>* const>,
                                    std::span<std::vector<MatrixOf<float>>>, OptimizerState<float>&, int);
template void optimizer_step<double>(const Optimizer&, double, std::span<Parameter<double>* const>,
                                     std::span<std::vector<MatrixOf<double>>>, OptimizerState<double>&, int);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
