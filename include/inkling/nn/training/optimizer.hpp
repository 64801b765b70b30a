#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

#include <span>
#include <variant>
#include <vector>

namespace inkling::inline INKLING_ABI {

class Collective;

}  // namespace inkling::inline INKLING_ABI

namespace inkling::inline INKLING_ABI::nn {

/// Stochastic gradient descent with Nesterov momentum (Sutskever, Martens, Dahl and Hinton 2013):
/// v = momentum * v + g,  w -= rate * (g + momentum * v), where g holds the L2 penalty weight_decay * w.
struct Sgd {
  double learning_rate = 0.05;
  double momentum = 0.9;
  double weight_decay = 0;

  void check() const;  // throws ValueError that names the first field out of range
};

/// Adam (Kingma and Ba 2015, arXiv:1412.6980) with decoupled weight decay (Loshchilov and Hutter 2019,
/// arXiv:1711.05101). With weight_decay = 0 it is plain Adam.
struct AdamW {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;

  void check() const;  // throws ValueError that names the first field out of range
};

/// The hyper-parameters. What a run accumulates is in OptimizerState.
using Optimizer = std::variant<AdamW, Sgd>;

/// What an optimiser remembers between steps: one pair of moments for each parameter, by its number.
template <typename S>
struct OptimizerState {
  Index steps = 0;                  // one count for the whole network
  Index micro_batches = 0;          // whose statistics the running ones follow
  std::vector<MatrixOf<S>> first;   // velocity, or mean of the gradient
  std::vector<MatrixOf<S>> second;  // mean of the squared gradient (AdamW only; else empty matrices)
};

/// How much of a micro-batch's statistics goes into the running ones, in the long run.
inline constexpr double statistic_share = 0.02;

/// The same for the micro-batch after `count` others: the running statistics are the mean of those so far, weighted by
/// how recent they are, without a share of what they were before the first one (as Adam corrects the bias of its
/// moments). So a short run ends with the statistics of its data.
double share_of_statistics(Index count) noexcept;

/// One step on the sum of the micro-batches' gradients, added in a binary tree that their number alone decides, so that
/// the bits depend on the number of neither threads nor ranks.
///
/// gradients[m][p] belongs to micro-batch m and parameter p. With `ranks`, each rank gives those of its share_of the
/// micro-batches, and the others may be empty; afterwards all have the same weights and statistics, and each the
/// moments of its part of the weights (see gather_moments). `rate_factor` multiplies the learning rate (see Schedule).
/// Statistics move towards those of each micro-batch in turn. Throws ValueError when there is no micro-batch, when an
/// option or the rate is out of range, and when `state` was made by another optimiser or for another network;
/// ShapeError when a gradient has not the size of its parameter.
template <typename S>
void optimizer_step(const Optimizer& optimizer, double rate_factor, std::span<Parameter<S>* const> parameters,
                    std::span<std::vector<MatrixOf<S>>> gradients, OptimizerState<S>& state, int threads,
                    Collective* ranks = nullptr);

/// Fetches the moments of the other ranks' parts of the weights, for a checkpoint.
template <typename S>
void gather_moments(std::span<Parameter<S>* const> parameters, OptimizerState<S>& state, Collective& ranks);

#ifdef INKLING_COMPILED
extern template void optimizer_step<float>(const Optimizer&, double, std::span<Parameter<float>* const>,
                                           std::span<std::vector<MatrixOf<float>>>, OptimizerState<float>&, int,
                                           Collective*);
extern template void optimizer_step<double>(const Optimizer&, double, std::span<Parameter<double>* const>,
                                            std::span<std::vector<MatrixOf<double>>>, OptimizerState<double>&, int,
                                            Collective*);
extern template void gather_moments<float>(std::span<Parameter<float>* const>, OptimizerState<float>&, Collective&);
extern template void gather_moments<double>(std::span<Parameter<double>* const>, OptimizerState<double>&, Collective&);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/optimizer.ipp>
#endif
