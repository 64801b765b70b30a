#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layers/dropout.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/layers/sigmoid.hpp>

/// Gradients of layers. Inference does not see them, and so does not compile them. They are templates of their own so
/// that an explicit instantiation of a layer leaves them out, too.
namespace inkling::inline INKLING_ABI::nn {

template <typename S>
template <typename>
void BasicRelu<S>::backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                            MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>&) const {
  if (dx.cols() > 0) dx = (y.array() > S{0}).select(dy, S{0});
}

template <typename S>
template <typename>
void BasicSigmoid<S>::backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                               MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>&) const {
  if (dx.cols() > 0) dx = dy.array() * y.array() * (S{1} - y.array());
}

template <typename S>
template <typename>
void BasicDropout<S>::backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                               MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>& scratch) const {
  if (dx.cols() > 0) dx = dy.cwiseProduct(scratch.buffers[0].matrix(dy.rows(), dy.cols()));
}

template <typename S>
template <typename>
void BasicFlatten<S>::backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                               MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>&) const {
  if (dx.cols() > 0 && dx.data() != dy.data()) dx = dy;
}

}  // namespace inkling::inline INKLING_ABI::nn
