#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/batch_norm.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void BatchNormOptions::check() const {
  in_range("BatchNormOptions::epsilon", epsilon, {.low = 0, .high = 1, .above_low = true});
}

template <typename S>
BasicBatchNorm<S>::BasicBatchNorm(const BatchNormOptions& options) : options_(options) {
  options.check();
}

template <typename S>
auto BasicBatchNorm<S>::from_options(const StageOptions& options) -> BasicBatchNorm {
  return BasicBatchNorm({.epsilon = options.number("epsilon")});
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
void BasicBatchNorm<S>::expect_tensors(const Shape& in, TensorExpectations& expected) const {
  expected.tensor("scale", {in.channels});
}

template <typename S>
void BasicBatchNorm<S>::describe(Operations<S>& operations) const {
  Affine<S> affine;
  affine.factor = (value(running_variance).array() + static_cast<S>(options_.epsilon)).rsqrt() * value(scale).array();
  affine.offset = value(shift) - value(running_mean).cwiseProduct(affine.factor);
  operations.normalise(*this, options_.epsilon, affine);
}

template <typename S>
void BasicBatchNorm<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const {
  auto statistics = scratch.buffers[0].matrix(channels_, 3);  // mean, variance, 1 / deviation
  if (measures(mode)) {
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
