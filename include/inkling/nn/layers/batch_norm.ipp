#pragma once

#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/option.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
BasicBatchNorm<S>::BasicBatchNorm(const BatchNormOptions& options) : options_(options) {
  require<ValueError>(options.epsilon > 0, "BatchNorm: epsilon must be above 0");
}

template <typename S>
auto BasicBatchNorm<S>::from_options(const nlohmann::json& json) -> BasicBatchNorm {
  return BasicBatchNorm({.epsilon = option<double>(json, "epsilon")});
}

template <typename S>
Shape BasicBatchNorm<S>::build(const Shape& in, Rng&) {
  channels_ = in.channels;
  const auto vector = [&](S value) { return MatrixOf<S>(MatrixOf<S>::Constant(channels_, 1, value)); };
  this->parameters_ = {{"scale", Role::offset, {channels_}, vector(1)},
                       {"shift", Role::offset, {channels_}, vector(0)},
                       {"running_mean", Role::statistic, {channels_}, vector(0)},
                       {"running_variance", Role::statistic, {channels_}, vector(1)}};
  return in;
}

template <typename S>
auto BasicBatchNorm<S>::inference_affine() const -> Affine {
  Affine affine;
  affine.factor = (value(running_variance).array() + static_cast<S>(options_.epsilon)).rsqrt() * value(scale).array();
  affine.offset = value(shift) - value(running_mean).cwiseProduct(affine.factor);
  return affine;
}

template <typename S>
void BasicBatchNorm<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const {
  auto statistics = scratch.buffers[0].matrix(channels_, 3);  // mean, variance, 1 / deviation
  if (mode == Mode::training) {
    measure(x, statistics);
  } else {
    statistics.col(0) = value(running_mean);
    statistics.col(1) = value(running_variance);
  }
  statistics.col(2) = (statistics.col(1).array() + static_cast<S>(options_.epsilon)).rsqrt();

  auto affine = scratch.buffers[1].matrix(channels_, 2);  // y = factor * x + offset
  affine.col(0) = statistics.col(2).cwiseProduct(value(scale));
  affine.col(1) = value(shift) - statistics.col(0).cwiseProduct(affine.col(0));
  kernels::scale_and_shift(x.data(), x.size() / channels_, channels_, affine.col(0).data(), affine.col(1).data(),
                           y.data());
}

template <typename S>
void BasicBatchNorm<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                                 MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // With n values a channel, h = (x - mean) / deviation and y = scale * h + shift:
  //   dLoss/dscale = sum of dy * h,  dLoss/dshift = sum of dy
  //   dLoss/dx = scale / deviation * (dy - dLoss/dshift / n - h * dLoss/dscale / n)
  const auto statistics = scratch.buffers[0].matrix(channels_, 3);
  const Index pixels = x.size() / channels_;
  MatrixOf<S>& dscale = gradients[scale];
  MatrixOf<S>& dshift = gradients[shift];
  dscale.setZero();
  dshift.setZero();
  kernels::add_products(x.data(), dy.data(), pixels, channels_, statistics.col(0).data(), dshift.data(), dscale.data());
  dscale.array() *= statistics.col(2).array();
  gradients[running_mean] = statistics.col(0);
  gradients[running_variance] =
      statistics.col(1) * (static_cast<S>(pixels) / static_cast<S>(std::max<Index>(1, pixels - 1)));
  if (dx.cols() == 0) return;

  auto affine = scratch.buffers[1].matrix(channels_, 3);  // dx = a * dy + b * x + c
  const S n = static_cast<S>(pixels);
  affine.col(0) = value(scale).cwiseProduct(statistics.col(2));
  affine.col(1) = -affine.col(0).cwiseProduct(statistics.col(2)).cwiseProduct(dscale.col(0)) / n;
  affine.col(2) = -affine.col(0).cwiseProduct(dshift.col(0)) / n - affine.col(1).cwiseProduct(statistics.col(0));
  kernels::combine(dy.data(), x.data(), pixels, channels_, affine.col(0).data(), affine.col(1).data(),
                   affine.col(2).data(), dx.data());
}

template <typename S>
template <typename Statistics>
void BasicBatchNorm<S>::measure(const ConstMatrixRef<S>& x, Statistics& statistics) const {
  const Index pixels = x.size() / channels_;
  const S share = S{1} / static_cast<S>(pixels);
  statistics.leftCols(2).setZero();
  kernels::add_sums(x.data(), pixels, channels_, statistics.col(0).data());
  statistics.col(0) *= share;
  kernels::add_squares(x.data(), pixels, channels_, statistics.col(0).data(), statistics.col(1).data());
  statistics.col(1) *= share;
}

#ifdef INKLING_COMPILED
template class BasicBatchNorm<float>;
template class BasicBatchNorm<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
