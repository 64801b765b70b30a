#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/training/fine_tuning.hpp>
#include <inkling/nn/training/weight_average.hpp>

#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void fix_layers(BasicNetwork<S>& network, Index first, Index last) {
  if (first < 0 || first > last || last > network.size()) {
    throw ValueError("fix_layers: expected 0 <= first <= last <= " + std::to_string(network.size()) + ", got " +
                     std::to_string(first) + " and " + std::to_string(last));
  }
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const Index layer = std::stoi(names[p]);  // "3.weight"
    if (first <= layer && layer < last) parameters[p]->fixed = true;
  }
}

template <typename S>
void fix_statistics(BasicNetwork<S>& network) {
  for (Parameter<S>* parameter : network.parameters()) {
    if (parameter->role == Role::statistic) parameter->fixed = true;
  }
}

template <typename S>
void release(BasicNetwork<S>& network) {
  for (Parameter<S>* parameter : network.parameters()) parameter->fixed = false;
}

template <typename S>
BasicNetwork<S> with_new_head(const BasicNetwork<S>& network, Index classes, std::uint64_t seed) {
  const Index head = network.size() - 1;
  if (head < 0 || network.layer(head).kind() != BasicDense<S>::name) {
    throw ValueError("with_new_head: expected a network that ends with a dense layer" +
                     (head < 0 ? ", it has none" : ", got " + std::string(network.layer(head).kind())));
  }
  BasicNetwork<S> result(network.input_shape(), seed);
  for (Index i = 0; i < head; ++i) result.add_built(network.layer(i).clone(), network.output_shape(i));
  result.add(BasicDense<S>({.units = classes}));
  return result;
}

template <typename S>
BasicNetwork<S> interpolate(const BasicNetwork<S>& from, const BasicNetwork<S>& to, double share) {
  in_range("interpolate: share", share, {-1000, 1000});
  BasicNetwork<S> result = from;
  move_towards(to, share, result);
  return result;
}

#ifdef INKLING_COMPILED
template void fix_layers<float>(BasicNetwork<float>&, Index, Index);
template void fix_statistics<float>(BasicNetwork<float>&);
template void release<float>(BasicNetwork<float>&);
template BasicNetwork<float> with_new_head<float>(const BasicNetwork<float>&, Index, std::uint64_t);
template BasicNetwork<float> interpolate<float>(const BasicNetwork<float>&, const BasicNetwork<float>&, double);
template void fix_layers<double>(BasicNetwork<double>&, Index, Index);
template void fix_statistics<double>(BasicNetwork<double>&);
template void release<double>(BasicNetwork<double>&);
template BasicNetwork<double> with_new_head<double>(const BasicNetwork<double>&, Index, std::uint64_t);
template BasicNetwork<double> interpolate<double>(const BasicNetwork<double>&, const BasicNetwork<double>&, double);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
