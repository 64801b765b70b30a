#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>

/// Gradients of layers. Inference does not see them, and so does not compile them. They are templates of their own so
/// that an explicit instantiation of a layer leaves them out, too.
namespace inkling::inline INKLING_ABI::nn {

template <typename S>
template <typename>
void BasicResidual<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                                MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // dLoss/dx is the sum of what comes through the path and through the shortcut.
  path_->backward(x, dy, scratch.nested[0], gradients.first(path_tensors_), dx);
  if (shortcut_) {
    auto through = scratch.buffers[0].matrix(dx.rows(), dx.cols());
    shortcut_->backward(x, dy, scratch.nested[1], gradients.subspan(path_tensors_), through);
    dx += through;
  } else if (dx.cols() > 0) {
    dx += dy;
  }
}

template <typename S>
template <typename>
void BasicSqueezeExcite<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                                     MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // dLoss/dgate = sum of dy * x over the pixels,  dLoss/dx = gate * dy + dLoss/dmean / pixels
  const auto mean = scratch.buffers[means].matrix(in_.channels, x.cols());
  const auto gate = scratch.buffers[gates].matrix(in_.channels, x.cols());
  auto gate_gradient = scratch.buffers[gate_gradients].matrix(in_.channels, x.cols());
  gate_gradient.setZero();
  for (Index i = 0; i < x.cols(); ++i) {
    kernels::add_dot_products(x.col(i).data(), dy.col(i).data(), in_.pixels(), in_.channels,
                              gate_gradient.col(i).data());
  }
  auto mean_gradient = scratch.buffers[offsets].matrix(in_.channels, x.cols());
  gate_->backward(mean, gate_gradient, scratch.nested[0], gradients, mean_gradient);
  if (dx.cols() == 0) return;
  mean_gradient /= static_cast<S>(in_.pixels());
  scale(dy, gate, mean_gradient, dx);
}

}  // namespace inkling::inline INKLING_ABI::nn
