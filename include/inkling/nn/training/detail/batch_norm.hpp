#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/batch_norm.hpp>

/// Gradients of layers. Inference does not see them, and so does not compile them. They are templates of their own so
/// that an explicit instantiation of a layer leaves them out, too.
namespace inkling::inline INKLING_ABI::nn {

template <typename S>
template <typename>
void BasicBatchNorm<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                                 MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // With n values a channel, h = (x - mean) / deviation and y = scale * h + shift:
  //   dLoss/dscale = sum of dy * h,  dLoss/dshift = sum of dy
  //   dLoss/dx = scale / deviation * (dy - dLoss/dshift / n - h * dLoss/dscale / n)
  // where mean and deviation are measured on x; without the last two terms where they are fixed.
  const auto statistics = scratch.buffers[0].matrix(channels_, 3);
  const Index pixels = x.size() / channels_;
  MatrixOf<S>& dscale = gradients[scale];
  MatrixOf<S>& dshift = gradients[shift];
  dscale.setZero();
  dshift.setZero();
  kernels::add_products(x.data(), dy.data(), pixels, channels_, statistics.col(0).data(), dshift.data(), dscale.data());
  dscale.array() *= statistics.col(2).array();
  const bool is_measured = measures(Mode::training);
  const S unbiased = static_cast<S>(pixels) / static_cast<S>(std::max<Index>(1, pixels - 1));
  gradients[running_mean] = statistics.col(0);
  gradients[running_variance] = statistics.col(1) * (is_measured ? unbiased : S{1});
  if (dx.cols() == 0) return;

  auto affine = scratch.buffers[1].matrix(channels_, 3);  // dx = a * dy + b * x + c
  affine.col(0) = value(scale).cwiseProduct(statistics.col(2));
  if (is_measured) {
    const S n = static_cast<S>(pixels);
    affine.col(1) = -affine.col(0).cwiseProduct(statistics.col(2)).cwiseProduct(dscale.col(0)) / n;
    affine.col(2) = -affine.col(0).cwiseProduct(dshift.col(0)) / n - affine.col(1).cwiseProduct(statistics.col(0));
  } else {
    affine.rightCols(2).setZero();
  }
  kernels::combine(dy.data(), x.data(), pixels, channels_, affine.col(0).data(), affine.col(1).data(),
                   affine.col(2).data(), dx.data());
}

}  // namespace inkling::inline INKLING_ABI::nn
