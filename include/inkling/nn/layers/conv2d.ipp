#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/layers/conv2d.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void Conv2dOptions::check() const {
  in_range("Conv2dOptions::filters", filters, {1, 65'535});
  in_range("Conv2dOptions::kernel", kernel, {1, 1024});
  in_range("Conv2dOptions::stride", stride, {1, 65'535});
}

template <typename S>
BasicConv2d<S>::BasicConv2d(const Conv2dOptions& options) : options_(options) {
  options.check();
}

template <typename S>
auto BasicConv2d<S>::from_options(const StageOptions& options) -> BasicConv2d {
  return BasicConv2d(
      {.filters = options.integer("filters"),
       .kernel = options.integer("kernel"),
       .stride = options.integer("stride"),
       .padding = options.choice("padding", {Padding::valid, Padding::same}),
       .bias = options.boolean("bias"),
       .initialisation = options.choice("initialisation", {Initialisation::he, Initialisation::glorot})});
}

template <typename S>
StageOptions BasicConv2d<S>::options() const {
  return {{"filters", options_.filters}, {"kernel", options_.kernel},
          {"stride", options_.stride},   {"padding", to_string(options_.padding)},
          {"bias", options_.bias},       {"initialisation", to_string(options_.initialisation)}};
}

template <typename S>
Shape BasicConv2d<S>::build(const Shape& in, Rng& rng) {
  const Shape out = build_to_fill(in);
  MatrixOf<S>& weight = this->parameters_[0].value;  // filters x depth
  const Index outputs = options_.kernel * options_.kernel * options_.filters;
  initialise(weight, weight.cols(), outputs, options_.initialisation, rng);
  return out;
}

template <typename S>
Shape BasicConv2d<S>::build_to_fill(const Shape& in) {
  const Index k = options_.kernel;
  convolution_ = BasicConvolution<S>(in, options_.filters, k, options_.stride, options_.padding);
  MatrixOf<S> weight(options_.filters, convolution_.sizes().depth());
  this->parameters_.clear();
  this->parameters_.push_back({"weight", Role::weight, {k, k, in.channels, options_.filters}, std::move(weight)});
  if (options_.bias) {
    this->parameters_.push_back({"bias", Role::offset, {options_.filters}, MatrixOf<S>::Zero(options_.filters, 1)});
  }
  return convolution_.out();
}

template <typename S>
void BasicConv2d<S>::expect_tensors(const Shape& in, TensorExpectations& expected) const {
  expected.tensor("weight", {options_.kernel, options_.kernel, in.channels, options_.filters});
}

template <typename S>
void BasicConv2d<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const {
  S* const packed = convolution_.packing_memory(scratch);
  convolution_.pack(weight().data(), packed);
  convolution_.forward(packed, {.bias = bias()}, x, y, scratch);
}

template <typename S>
void BasicConv2d<S>::describe(Operations<S>& operations) const {
  operations.convolve(*this, convolution_);
}

#ifdef INKLING_COMPILED
template class BasicConv2d<float>;
template class BasicConv2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
