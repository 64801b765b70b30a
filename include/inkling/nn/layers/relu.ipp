#pragma once

#include <inkling/nn/layers/relu.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void BasicRelu<S>::backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                            MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>&) const {
  if (dx.cols() > 0) dx = (y.array() > S{0}).select(dy, S{0});
}

#ifdef INKLING_COMPILED
template class BasicRelu<float>;
template class BasicRelu<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
