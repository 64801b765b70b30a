#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/training/detail/gather_shares.hpp>
#include <inkling/nn/training/detail/sum_tree.hpp>
#include <inkling/nn/training/optimizer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
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

/// At most sum_slice values of one parameter, which are updated together.
struct Slice {
  std::size_t parameter;
  Index first;
  Index count;
  Index place;  // of the first value, when those of all slices lie one behind another
};

/// Those of all statistics, or of all parameters that learn.
template <typename S>
std::vector<Slice> slices_of(std::span<Parameter<S>* const> parameters, bool statistics) {
  std::vector<Slice> slices;
  Index place = 0;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const Parameter<S>& parameter = *parameters[p];
    if (parameter.fixed || (parameter.role == Role::statistic) != statistics) continue;
    for (Index first = 0; first < parameter.value.size(); first += sum_slice) {
      const Index count = std::min(sum_slice, parameter.value.size() - first);
      slices.push_back({p, first, count, place});
      place += count;
    }
  }
  return slices;
}

/// Behind which value the share of each rank ends.
inline std::vector<std::size_t> ends_of_shares(const std::vector<Slice>& slices, int ranks) {
  std::vector<std::size_t> ends;
  for (int r = 0; r < ranks; ++r) {
    const Index last = share_of(std::ssize(slices), r, ranks).last;
    const Slice behind = last == 0 ? Slice{0, 0, 0, 0} : slices[static_cast<std::size_t>(last - 1)];
    ends.push_back(static_cast<std::size_t>(behind.place + behind.count));
  }
  return ends;
}

/// One step, by one rank or by several.
template <typename S>
class OptimizerStep {
 public:
  OptimizerStep(const Optimizer& optimizer, double rate_factor, std::span<Parameter<S>* const> parameters,
                std::span<std::vector<MatrixOf<S>>> gradients, OptimizerState<S>& state, int threads)
      : optimizer_(optimizer),
        rate_factor_(rate_factor),
        parameters_(parameters),
        gradients_(gradients),
        state_(state),
        threads_(threads),
        root_{.leaves = std::ssize(gradients)},
        learned_(slices_of(parameters, /*statistics=*/false)),
        statistics_(slices_of(parameters, /*statistics=*/true)) {
    for (std::size_t m = 0; m < gradients.size(); ++m) {
      shares_.push_back(static_cast<S>(share_of_statistics(state.micro_batches++)));
    }
  }

  void alone() const {
    parallel_for(std::ssize(learned_) + std::ssize(statistics_), threads_, [&](Index t, int) {
      if (t >= std::ssize(learned_)) {
        const Slice& slice = statistics_[static_cast<std::size_t>(t - std::ssize(learned_))];
        move_statistics(slice, [&](std::size_t m) { return gradients_[m][slice.parameter].data() + slice.first; });
        return;
      }
      const Slice& slice = learned_[static_cast<std::size_t>(t)];
      std::array<S, sum_slice> sum;
      add_up(root_, leaves_at(slice), slice.count, sum.data());
      learn(slice, sum.data());
    });
  }

  /// Each rank adds what it has of the tree below the largest nodes that are its own, sends to each rank the part of
  /// the weights that this one updates, and adds the rest of the tree for its own part.
  void together(Collective& ranks) const {
    gather_statistics(ranks);
    update_part(ranks);
    gather_weights(ranks);
  }

 private:
  /// Values of which nobody has to set the first ones.
  using Values = std::unique_ptr<S[]>;
  static Values some_values(std::size_t count) { return Values(new S[count]); }  // clang 14 has no other way

  auto leaves_at(const Slice& slice) const {
    return [this, &slice](const SumNode& node) -> const S* {
      if (node.size() != 1) return nullptr;
      return gradients_[static_cast<std::size_t>(node.first())][slice.parameter].data() + slice.first;
    };
  }

  /// The step of one slice. sum: of the gradients.
  void learn(const Slice& slice, const S* sum) const {
    const auto part = [&](MatrixOf<S>& matrix) { return matrix.size() == 0 ? nullptr : matrix.data() + slice.first; };
    Parameter<S>& parameter = *parameters_[slice.parameter];
    std::visit(
        [&](const auto& rule) {
          update<S>(rule, rule.learning_rate * rate_factor_, state_.steps, parameter.role == Role::weight, slice.count,
                    sum, part(parameter.value), part(state_.first[slice.parameter]),
                    part(state_.second[slice.parameter]));
        },
        optimizer_);
  }

  /// values(m): the statistics over micro-batch m.
  template <typename ValuesOf>
  void move_statistics(const Slice& slice, const ValuesOf& values) const {
    S* const running = parameters_[slice.parameter]->value.data() + slice.first;
    for (std::size_t m = 0; m < shares_.size(); ++m) {
      const S* const value = values(m);
      for (Index i = 0; i < slice.count; ++i) running[i] += shares_[m] * (value[i] - running[i]);
    }
  }

  /// All ranks move the statistics, for these are few.
  void gather_statistics(Collective& ranks) const {
    if (statistics_.empty()) return;
    const Index each = statistics_.back().place + statistics_.back().count;
    std::vector<S> values(gradients_.size() * static_cast<std::size_t>(each));
    const RankShare mine = share_of(root_.leaves, ranks.rank(), ranks.size());
    for (Index m = mine.first; m < mine.last; ++m) {
      for (const Slice& slice : statistics_) {
        std::copy_n(gradients_[static_cast<std::size_t>(m)][slice.parameter].data() + slice.first, slice.count,
                    values.data() + m * each + slice.place);
      }
    }
    gather_shares(ranks, root_.leaves, each, values.data());
    for (const Slice& slice : statistics_) {
      move_statistics(slice, [&](std::size_t m) { return values.data() + static_cast<Index>(m) * each + slice.place; });
    }
  }

  void update_part(Collective& ranks) const {
    const auto count = static_cast<std::size_t>(ranks.size());
    const auto here = static_cast<std::size_t>(ranks.rank());
    std::vector<std::vector<SumNode>> nodes(count);  // whose sums each rank knows
    std::vector<RankShare> shares(count);            // of the slices
    for (std::size_t r = 0; r < count; ++r) {
      const RankShare leaves = share_of(root_.leaves, static_cast<int>(r), ranks.size());
      append_covering(root_, leaves.first, leaves.last, nodes[r]);
      shares[r] = share_of(std::ssize(learned_), static_cast<int>(r), ranks.size());
    }
    const std::vector<std::size_t> ends = ends_of_shares(learned_, ranks.size());
    const auto begin = [&](std::size_t r) { return r == 0 ? std::size_t{0} : ends[r - 1]; };
    const auto size = [&](std::size_t r) { return ends[r] - begin(r); };

    std::vector<Values> to(count);    // to rank r: for each of our nodes, the sums of its slices
    std::vector<Values> from(count);  // from rank r: for each of its nodes, the sums of our slices
    std::vector<Collective::ConstBlock> send;
    std::vector<Collective::Block> receive;
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t there = nodes[here].size() * size(r);
      const std::size_t back = r == here ? 0 : nodes[r].size() * size(here);
      to[r] = some_values(there);
      from[r] = some_values(back);
      send.push_back({to[r].get(), there * sizeof(S)});
      receive.push_back({from[r].get(), back * sizeof(S)});
    }
    parallel_for(std::ssize(learned_), threads_, [&](Index t, int) {
      const Slice& slice = learned_[static_cast<std::size_t>(t)];
      std::size_t owner = 0;
      while (shares[owner].last <= t) ++owner;
      S* sums = to[owner].get() + slice.place - begin(owner);
      for (const SumNode& node : nodes[here]) {
        add_up(node, leaves_at(slice), slice.count, sums);
        sums += size(owner);
      }
    });
    ranks.exchange(send, receive);
    from[here] = std::move(to[here]);

    parallel_for(shares[here].size(), threads_, [&](Index t, int) {
      const Slice& slice = learned_[static_cast<std::size_t>(shares[here].first + t)];
      const auto known = [&](const SumNode& node) -> const S* {
        for (std::size_t r = 0; r < count; ++r) {
          for (std::size_t s = 0; s < nodes[r].size(); ++s) {
            if (nodes[r][s] == node) return from[r].get() + s * size(here) + slice.place - begin(here);
          }
        }
        return nullptr;
      };
      std::array<S, sum_slice> sum;
      add_up(root_, known, slice.count, sum.data());
      learn(slice, sum.data());
    });
  }

  void gather_weights(Collective& ranks) const {
    const std::vector<std::size_t> ends = ends_of_shares(learned_, ranks.size());
    const RankShare mine = share_of(std::ssize(learned_), ranks.rank(), ranks.size());
    const Values values = some_values(ends.back());
    const auto part = [&](const Slice& slice) { return parameters_[slice.parameter]->value.data() + slice.first; };
    for (Index t = mine.first; t < mine.last; ++t) {
      const Slice& slice = learned_[static_cast<std::size_t>(t)];
      std::copy_n(part(slice), slice.count, values.get() + slice.place);
    }
    gather(ranks, values.get(), ends);
    for (Index t = 0; t < std::ssize(learned_); ++t) {
      if (t >= mine.first && t < mine.last) continue;
      const Slice& slice = learned_[static_cast<std::size_t>(t)];
      std::copy_n(values.get() + slice.place, slice.count, part(slice));
    }
  }

  const Optimizer& optimizer_;
  double rate_factor_;
  std::span<Parameter<S>* const> parameters_;
  std::span<std::vector<MatrixOf<S>>> gradients_;  // [micro-batch][parameter]
  OptimizerState<S>& state_;
  int threads_;
  SumNode root_;
  std::vector<Slice> learned_;
  std::vector<Slice> statistics_;
  std::vector<S> shares_;  // of each micro-batch in the running statistics
};

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
                    std::span<std::vector<MatrixOf<S>>> gradients, OptimizerState<S>& state, int threads,
                    Collective* ranks) {
  std::visit([](const auto& rule) { rule.check(); }, optimizer);
  in_range("optimizer_step: rate_factor", rate_factor, {0, 1e6});
  require<ValueError>(!gradients.empty(), "optimizer_step: expected at least one micro-batch, got none");
  const RankShare own = ranks == nullptr ? RankShare{0, std::ssize(gradients)}
                                         : share_of(std::ssize(gradients), ranks->rank(), ranks->size());
  detail::check_gradients_fit<S>(
      parameters, gradients.subspan(static_cast<std::size_t>(own.first), static_cast<std::size_t>(own.size())));
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
  const detail::OptimizerStep<S> step(optimizer, rate_factor, parameters, gradients, state, threads);
  if (ranks == nullptr || ranks->size() == 1) {
    step.alone();
  } else {
    step.together(*ranks);
  }
}

template <typename S>
void gather_moments(std::span<Parameter<S>* const> parameters, OptimizerState<S>& state, Collective& ranks) {
  if (ranks.size() == 1 || state.first.empty()) return;
  const std::vector<detail::Slice> slices = detail::slices_of(parameters, /*statistics=*/false);
  const std::vector<std::size_t> ends = detail::ends_of_shares(slices, ranks.size());
  const RankShare mine = share_of(std::ssize(slices), ranks.rank(), ranks.size());
  std::vector<S> values(ends.back());
  for (std::vector<MatrixOf<S>>* const moments : {&state.first, &state.second}) {
    const bool none =
        std::all_of(moments->begin(), moments->end(), [](const auto& moment) { return moment.size() == 0; });
    if (none) continue;  // Sgd has no second ones
    const auto count = [&](const detail::Slice& slice) {
      return (*moments)[slice.parameter].size() == 0 ? Index{0} : slice.count;
    };
    for (Index t = mine.first; t < mine.last; ++t) {
      const detail::Slice& slice = slices[static_cast<std::size_t>(t)];
      std::copy_n((*moments)[slice.parameter].data() + slice.first, count(slice), values.data() + slice.place);
    }
    gather(ranks, values.data(), ends);
    for (const detail::Slice& slice : slices) {
      std::copy_n(values.data() + slice.place, count(slice), (*moments)[slice.parameter].data() + slice.first);
    }
  }
}

#ifdef INKLING_COMPILED
template void optimizer_step<float>(const Optimizer&, double, std::span<Parameter<float>* const>,
                                    std::span<std::vector<MatrixOf<float>>>, OptimizerState<float>&, int, Collective*);
template void optimizer_step<double>(const Optimizer&, double, std::span<Parameter<double>* const>,
                                     std::span<std::vector<MatrixOf<double>>>, OptimizerState<double>&, int,
                                     Collective*);
template void gather_moments<float>(std::span<Parameter<float>* const>, OptimizerState<float>&, Collective&);
template void gather_moments<double>(std::span<Parameter<double>* const>, OptimizerState<double>&, Collective&);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
