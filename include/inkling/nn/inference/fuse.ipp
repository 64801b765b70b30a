#pragma once

#include <inkling/nn/inference/detail/fusion.hpp>
#include <inkling/nn/inference/fuse.hpp>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
BasicNetwork<S> fuse(const BasicNetwork<S>& network) {
  return detail::Fusion<S>(network.input_shape()).run(network);
}

#ifdef INKLING_COMPILED
template BasicNetwork<float> fuse<float>(const BasicNetwork<float>&);
template BasicNetwork<double> fuse<double>(const BasicNetwork<double>&);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
