#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// Every parameter of `network` goes a share of the way to that of `target`. Throws ShapeError unless both networks
/// have the same parameters.
template <typename S>
void move_towards(const BasicNetwork<S>& target, double share, BasicNetwork<S>& network, int threads = 1);

/// An exponential moving average of a network's weights and statistics over the steps of a run (Polyak and Juditsky
/// 1992; Tarvainen and Valpola 2017, arXiv:1703.01780). It classifies better than the weights of any one step, which
/// jump about with the last few batches.
///
/// average = kept * average + (1 - kept) * network, where kept rises with the number of steps,
/// min(decay, (1 + steps) / (10 + steps)), so that the initial weights are soon forgotten.
///
/// The result does not depend on the number of threads. Throws ShapeError unless both networks have the same
/// parameters, ValueError unless 0 <= decay < 1 and steps >= 0.
template <typename S>
void update_average(const BasicNetwork<S>& network, Index steps, double decay, BasicNetwork<S>& average, int threads);

#ifdef INKLING_COMPILED
extern template void move_towards<float>(const BasicNetwork<float>&, double, BasicNetwork<float>&, int);
extern template void move_towards<double>(const BasicNetwork<double>&, double, BasicNetwork<double>&, int);
extern template void update_average<float>(const BasicNetwork<float>&, Index, double, BasicNetwork<float>&, int);
extern template void update_average<double>(const BasicNetwork<double>&, Index, double, BasicNetwork<double>&, int);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/weight_average.ipp>
#endif
