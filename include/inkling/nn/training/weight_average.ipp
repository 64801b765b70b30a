#pragma once

#include <inkling/core/parallel.hpp>
#include <inkling/nn/training/weight_average.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void update_average(const BasicNetwork<S>& network, Index steps, double decay, BasicNetwork<S>& average, int threads) {
  const auto count = static_cast<double>(steps);
  const auto share = static_cast<S>(1 - std::min(decay, (1 + count) / (10 + count)));
  const auto from = network.parameters();
  const auto to = average.parameters();
  parallel_for(static_cast<Index>(from.size()), threads, [&](Index p, int) {
    const auto i = static_cast<std::size_t>(p);
    to[i]->value += share * (from[i]->value - to[i]->value);
  });
}

#ifdef INKLING_COMPILED
template void update_average<float>(const BasicNetwork<float>&, Index, double, BasicNetwork<float>&, int);
template void update_average<double>(const BasicNetwork<double>&, Index, double, BasicNetwork<double>&, int);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
