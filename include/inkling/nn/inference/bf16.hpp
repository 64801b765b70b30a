#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// As fuse, with the weights and inputs of convolutions and dense layers rounded to bfloat16: half the memory. It is
/// slower than fuse where kernels::bf16_is_fast is false, and on some CPUs where it is true: measure before you choose
/// it. Sums are float. A product whose depth is odd stays in float.
Network fuse_bf16(const Network& network);

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/inference/bf16.ipp>
#endif
