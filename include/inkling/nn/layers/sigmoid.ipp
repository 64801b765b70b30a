#pragma once

#include <inkling/nn/layers/sigmoid.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void BasicSigmoid<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const {
  y = (S{1} + (-x.array()).exp()).inverse();
}

#ifdef INKLING_COMPILED
template class BasicSigmoid<float>;
template class BasicSigmoid<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
