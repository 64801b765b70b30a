#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/kernels/depthwise.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>

#include <span>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void DepthwiseConv2dOptions::check() const {
  in_range("DepthwiseConv2dOptions::kernel", kernel, {1, 1024});
  in_range("DepthwiseConv2dOptions::stride", stride, {1, 65'535});
}

template <typename S>
BasicDepthwiseConv2d<S>::BasicDepthwiseConv2d(const DepthwiseConv2dOptions& options) : options_(options) {
  options.check();
}

template <typename S>
auto BasicDepthwiseConv2d<S>::from_options(const StageOptions& options) -> BasicDepthwiseConv2d {
  return BasicDepthwiseConv2d(
      {.kernel = options.integer("kernel"),
       .stride = options.integer("stride"),
       .padding = options.choice("padding", {Padding::valid, Padding::same}),
       .bias = options.boolean("bias"),
       .initialisation = options.choice("initialisation", {Initialisation::he, Initialisation::glorot})});
}

template <typename S>
StageOptions BasicDepthwiseConv2d<S>::options() const {
  return {{"kernel", options_.kernel},
          {"stride", options_.stride},
          {"padding", to_string(options_.padding)},
          {"bias", options_.bias},
          {"initialisation", to_string(options_.initialisation)}};
}

template <typename S>
Shape BasicDepthwiseConv2d<S>::build(const Shape& in, Rng& rng) {
  const Shape out = build_to_fill(in);
  const Index taps = options_.kernel * options_.kernel;
  initialise(this->parameters_[0].value, taps, taps, options_.initialisation, rng);
  return out;
}

template <typename S>
Shape BasicDepthwiseConv2d<S>::build_to_fill(const Shape& in) {
  const Index k = options_.kernel;
  const Index vertical = border(options_.padding, in.height, k, options_.stride);
  const Index horizontal = border(options_.padding, in.width, k, options_.stride);
  require_room_for_kernel({in.height + vertical, in.width + horizontal, in.channels}, k, in);
  const Shape out{(in.height + vertical - k) / options_.stride + 1, (in.width + horizontal - k) / options_.stride + 1,
                  in.channels};
  sizes_ = {in, out, k, options_.stride, vertical / 2, horizontal / 2};

  MatrixOf<S> weight(in.channels, k * k);
  this->parameters_.clear();
  this->parameters_.push_back({"weight", Role::weight, {k, k, in.channels, 1}, std::move(weight)});
  if (options_.bias) {
    this->parameters_.push_back({"bias", Role::offset, {in.channels}, MatrixOf<S>::Zero(in.channels, 1)});
  }
  return out;
}

template <typename S>
void BasicDepthwiseConv2d<S>::expect_tensors(const Shape& in, TensorExpectations& expected) const {
  expected.tensor("weight", {options_.kernel, options_.kernel, in.channels, 1});
}

template <typename S>
void BasicDepthwiseConv2d<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const {
  const S* const bias = options_.bias ? this->parameters_[1].value.data() : nullptr;
  for (Index i = 0; i < x.cols(); ++i) {
    kernels::depthwise_convolve<S>(sizes_, x.col(i).data(), weight().data(), {.bias = bias}, y.col(i).data());
  }
}

template <typename S>
void BasicDepthwiseConv2d<S>::describe(Operations<S>& operations) const {
  operations.convolve_channels(*this, sizes_);
}

#ifdef INKLING_COMPILED
template class BasicDepthwiseConv2d<float>;
template class BasicDepthwiseConv2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
