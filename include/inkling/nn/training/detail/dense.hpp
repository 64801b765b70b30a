#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/layers/dense.hpp>

/// Gradients of layers. Inference does not see them, and so does not compile them. They are templates of their own so
/// that an explicit instantiation of a layer leaves them out, too.
namespace inkling::inline INKLING_ABI::nn {

template <typename S>
template <typename>
void BasicDense<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                             MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // y = W x + b:  dLoss/dW = dy x',  dLoss/db = sum of dy over the samples,  dLoss/dx = W' dy
  kernels::gemm(dy.rows(), x.rows(), x.cols(), kernels::plain<S>(dy), kernels::transposed<S>(x), gradients[0].data(),
                gradients[0].rows(), false, scratch.buffers[0]);
  gradients[1] = dy.rowwise().sum();
  if (dx.cols() > 0) {
    kernels::gemm(x.rows(), x.cols(), dy.rows(), kernels::transposed<S>(weight()), kernels::plain<S>(dy), dx.data(),
                  dx.outerStride(), false, scratch.buffers[0]);
  }
}

}  // namespace inkling::inline INKLING_ABI::nn
