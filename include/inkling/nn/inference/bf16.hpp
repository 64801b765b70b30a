#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// As fuse, with the weights and inputs of convolutions and dense layers rounded to bfloat16: half the memory, and
/// faster on CPUs with AVX512_BF16 alone. Sums are float. A product whose depth is odd stays in float.
Network fuse_bf16(const Network& network);

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/inference/bf16.ipp>
#endif
