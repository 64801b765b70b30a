#pragma once

#include <inkling/nn/layers/flatten.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
void BasicFlatten<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const {
  if (y.data() != x.data()) y = x;
}

#ifdef INKLING_COMPILED
template class BasicFlatten<float>;
template class BasicFlatten<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
