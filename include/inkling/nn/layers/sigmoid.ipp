#pragma once

#include <inkling/nn/layers/sigmoid.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void BasicSigmoid<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const {
  y = (S{1} + (-x.array()).exp()).inverse();
}

template <typename S>
void BasicSigmoid<S>::backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                               MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>&) const {
  if (dx.cols() > 0) dx = dy.array() * y.array() * (S{1} - y.array());
}

#ifdef INKLING_COMPILED
template class BasicSigmoid<float>;
template class BasicSigmoid<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
