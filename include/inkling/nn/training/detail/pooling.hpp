#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>

/// Gradients of layers. Inference does not see them, and so does not compile them. They are templates of their own so
/// that an explicit instantiation of a layer leaves them out, too.
namespace inkling::inline INKLING_ABI::nn {

template <typename S>
template <typename>
void BasicMaxPool2d<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                                 MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>& scratch) const {
  if (dx.cols() == 0) return;
  dx.setZero();
  // The gradient goes to the first place in the window that holds the maximum; `left` is what no place has taken yet.
  S* const left = scratch.buffers[0].matrix(out_.channels, 1).data();
  for (Index i = 0; i < x.cols(); ++i) {
    for_each_window([&](Index out_offset, Index corner) {
      std::copy_n(dy.col(i).data() + out_offset, out_.channels, left);
      for_each_input(corner, [&](Index offset) {
        kernels::route_to_maximum(x.col(i).data() + offset, y.col(i).data() + out_offset, out_.channels, left,
                                  dx.col(i).data() + offset);
      });
    });
  }
}

template <typename S>
template <typename>
void BasicGlobalAveragePool<S>::backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&,
                                         const ConstMatrixRef<S>& dy, MatrixRef<S> dx, std::span<MatrixOf<S>>,
                                         Scratch<S>&) const {
  for (Index i = 0; i < dx.cols(); ++i) {
    Eigen::Map<MatrixOf<S>> pixels(dx.col(i).data(), in_.channels, in_.pixels());
    for (auto pixel : pixels.colwise()) pixel = share() * dy.col(i);
  }
}

}  // namespace inkling::inline INKLING_ABI::nn
