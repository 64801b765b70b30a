#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/simd.hpp>

namespace inkling::inline INKLING_ABI::nn::kernels {

/// What is done to the sums of a product before they are stored: y = activation(sum + bias).
template <typename S>
struct Epilogue {
  const S* bias = nullptr;  // one value a row (filter, unit); null: zeros
  bool relu = false;

  Pack<S> bias_at(Index row) const noexcept { return bias == nullptr ? Pack<S>{} : load<S>(bias + row); }
  Pack<S> activate(const Pack<S>& sum) const noexcept { return relu ? at_least_zero<S>(sum) : sum; }
};

}  // namespace inkling::inline INKLING_ABI::nn::kernels
