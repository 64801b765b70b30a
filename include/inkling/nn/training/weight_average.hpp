#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/nn/network.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI::nn {

/// An exponential moving average of a network's weights and statistics over the steps of a run (Polyak and Juditsky
/// 1992; Tarvainen and Valpola 2017, arXiv:1703.01780). It classifies better than the weights of any one step, which
/// jump about with the last few batches.
///
/// average = kept * average + (1 - kept) * network, where kept rises with the number of steps,
/// min(decay, (1 + steps) / (10 + steps)), so that the initial weights are soon forgotten.
///
/// Requires: both networks have the same layers. The result does not depend on the number of threads.
template <typename S>
void follow(const BasicNetwork<S>& network, Index steps, double decay, BasicNetwork<S>& average, int threads) {
  const auto count = static_cast<double>(steps);
  const auto share = static_cast<S>(1 - std::min(decay, (1 + count) / (10 + count)));
  const auto from = network.parameters();
  const auto to = average.parameters();
  parallel_for(static_cast<Index>(from.size()), threads, [&](Index p, int) {
    const auto i = static_cast<std::size_t>(p);
    to[i]->value += share * (from[i]->value - to[i]->value);
  });
}

}  // namespace inkling::inline INKLING_ABI::nn
