#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// The same function as `network` computes in inference, made for speed: batch norms are folded into the convolution or
/// dense layer before them, ReLU is applied as the sums are stored, weights are packed once, inside residual blocks,
/// too. Other layers, a user's own among them, are taken as they are. The result is for inference only.
template <typename S>
BasicNetwork<S> fuse(const BasicNetwork<S>& network);

#ifdef INKLING_COMPILED
extern template BasicNetwork<float> fuse<float>(const BasicNetwork<float>&);
extern template BasicNetwork<double> fuse<double>(const BasicNetwork<double>&);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/inference/fuse.ipp>
#endif
