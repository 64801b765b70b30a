#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/layers/dropout.hpp>

#include <cmath>
#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void DropoutOptions::check() const {
  in_range("DropoutOptions::rate", rate, {.low = 0, .high = 1, .below_high = true});
}

template <typename S>
BasicDropout<S>::BasicDropout(const DropoutOptions& options) : options_(options) {
  options.check();
}

template <typename S>
auto BasicDropout<S>::from_options(const StageOptions& options) -> BasicDropout {
  return BasicDropout({.rate = options.number("rate")});
}

template <typename S>
void BasicDropout<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const {
  if (mode == Mode::inference) {
    if (y.data() != x.data()) y = x;
    return;
  }
  auto factors = scratch.buffers[0].matrix(x.rows(), x.cols());  // 0 or 1 / (1 - rate)
  const auto kept = static_cast<S>(1 / (1 - options_.rate));
  // A factor and no branch, which would be mispredicted; 16 random bits decide on a value.
  const auto threshold = static_cast<std::uint32_t>(std::lround(options_.rate * 0x1.0p16));
  S* const factor = factors.data();
  for (Index i = 0; i < factors.size(); i += 2) {
    const std::uint32_t bits = scratch.rng.next();
    factor[i] = kept * static_cast<S>((bits & 0xFFFFU) >= threshold);
    if (i + 1 < factors.size()) factor[i + 1] = kept * static_cast<S>((bits >> 16U) >= threshold);
  }
  y = x.cwiseProduct(factors);
}

#ifdef INKLING_COMPILED
template class BasicDropout<float>;
template class BasicDropout<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
