#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/training/weight_average.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void move_towards(const BasicNetwork<S>& target, double share, BasicNetwork<S>& network, int threads) {
  const auto from = target.parameters();
  const auto to = network.parameters();
  bool fits = from.size() == to.size();
  for (std::size_t p = 0; fits && p < from.size(); ++p) {
    fits = from[p]->dims == to[p]->dims;
  }
  require<ShapeError>(fits, "move_towards: expected two networks with the same parameters");
  parallel_for(static_cast<Index>(from.size()), threads, [&](Index p, int) {
    const auto i = static_cast<std::size_t>(p);
    to[i]->value += static_cast<S>(share) * (from[i]->value - to[i]->value);
  });
}

template <typename S>
void update_average(const BasicNetwork<S>& network, Index steps, double decay, BasicNetwork<S>& average, int threads) {
  in_range("update_average: decay", decay, {.low = 0, .high = 1, .below_high = true});
  in_range("update_average: steps", steps, {});
  const auto count = static_cast<double>(steps);
  move_towards(network, 1 - std::min(decay, (1 + count) / (10 + count)), average, threads);
}

#ifdef INKLING_COMPILED
template void move_towards<float>(const BasicNetwork<float>&, double, BasicNetwork<float>&, int);
template void move_towards<double>(const BasicNetwork<double>&, double, BasicNetwork<double>&, int);
template void update_average<float>(const BasicNetwork<float>&, Index, double, BasicNetwork<float>&, int);
template void update_average<double>(const BasicNetwork<double>&, Index, double, BasicNetwork<double>&, int);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
