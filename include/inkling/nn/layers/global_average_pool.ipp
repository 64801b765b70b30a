#pragma once

#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
Shape BasicGlobalAveragePool<S>::build(const Shape& in, Rng&) {
  in_ = in;
  return {1, 1, in.channels};
}

template <typename S>
void BasicGlobalAveragePool<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const {
  y.setZero();
  for (Index i = 0; i < x.cols(); ++i) {
    kernels::add_sums(x.col(i).data(), in_.pixels(), in_.channels, y.col(i).data());
  }
  y *= share();
}

#ifdef INKLING_COMPILED
template class BasicGlobalAveragePool<float>;
template class BasicGlobalAveragePool<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
