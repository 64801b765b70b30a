#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/training/weight_average.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void update_average(const BasicNetwork<S>& network, Index steps, double decay, BasicNetwork<S>& average, int threads) {
  in_range("update_average: decay", decay, {.low = 0, .high = 1, .below_high = true});
  in_range("update_average: steps", steps, {});
  const auto count = static_cast<double>(steps);
  const auto share = static_cast<S>(1 - std::min(decay, (1 + count) / (10 + count)));
  const auto from = network.parameters();
  const auto to = average.parameters();
  bool fits = from.size() == to.size();
  for (std::size_t p = 0; fits && p < from.size(); ++p) {
    fits = from[p]->value.rows() == to[p]->value.rows() && from[p]->value.cols() == to[p]->value.cols();
  }
  require<ShapeError>(fits, "update_average: expected two networks with the same parameters");
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
