#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// The numbers that a fused network multiplies. Sums are float in any case.
enum class Precision {
  f32,
  bf16,  // weights and inputs of products rounded to bfloat16: half the memory; faster on CPUs with AVX512_BF16 alone
};

/// The same function as `network` computes in inference, made for speed: batch norms are folded into the convolution or
/// dense layer before them, ReLU is applied as the sums are stored, weights are packed once, inside residual blocks,
/// too. Other layers, a user's own among them, are taken as they are. The result is for inference only: its backward
/// throws Error.
template <typename S>
BasicNetwork<S> fuse(const BasicNetwork<S>& network, Precision precision = Precision::f32);

#ifdef INKLING_COMPILED
extern template BasicNetwork<float> fuse<float>(const BasicNetwork<float>&, Precision);
extern template BasicNetwork<double> fuse<double>(const BasicNetwork<double>&, Precision);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/inference/fuse.ipp>
#endif
