#pragma once

#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>
#include <inkling/nn/option.hpp>

#include <span>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
BasicDepthwiseConv2d<S>::BasicDepthwiseConv2d(const DepthwiseConv2dOptions& options) : options_(options) {
  require<ValueError>(options.kernel > 0, "DepthwiseConv2d: kernel must be above 0");
  require<ValueError>(options.stride > 0, "DepthwiseConv2d: stride must be above 0");
}

template <typename S>
auto BasicDepthwiseConv2d<S>::from_options(const nlohmann::json& json) -> BasicDepthwiseConv2d {
  return BasicDepthwiseConv2d(
      {.kernel = option<Index>(json, "kernel"),
       .stride = option<Index>(json, "stride"),
       .padding = option(json, "padding", {Padding::valid, Padding::same}),
       .bias = option<bool>(json, "bias"),
       .initialisation = option(json, "initialisation", {Initialisation::he, Initialisation::glorot})});
}

template <typename S>
nlohmann::json BasicDepthwiseConv2d<S>::options() const {
  return {{"kernel", options_.kernel},
          {"stride", options_.stride},
          {"padding", to_string(options_.padding)},
          {"bias", options_.bias},
          {"initialisation", to_string(options_.initialisation)}};
}

template <typename S>
Shape BasicDepthwiseConv2d<S>::build(const Shape& in, Rng& rng) {
  const Index k = options_.kernel;
  const Index vertical = border(options_.padding, in.height, k, options_.stride);
  const Index horizontal = border(options_.padding, in.width, k, options_.stride);
  if (in.height + vertical < k || in.width + horizontal < k) {
    throw ShapeError("expected an input of at least " + std::to_string(k) + "x" + std::to_string(k) +
                     " for its kernel, got " + to_string(in));
  }
  const Shape out{(in.height + vertical - k) / options_.stride + 1, (in.width + horizontal - k) / options_.stride + 1,
                  in.channels};
  sizes_ = {in, out, k, options_.stride, vertical / 2, horizontal / 2};

  MatrixOf<S> weight(in.channels, k * k);
  initialise(weight, k * k, k * k, options_.initialisation, rng);
  this->parameters_ = {{"weight", Role::weight, {k, k, in.channels, 1}, std::move(weight)}};
  if (options_.bias) {
    this->parameters_.push_back({"bias", Role::offset, {in.channels}, MatrixOf<S>::Zero(in.channels, 1)});
  }
  return out;
}

template <typename S>
void BasicDepthwiseConv2d<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const {
  const S* const bias = options_.bias ? this->parameters_[1].value.data() : nullptr;
  convolve(weight().data(), {.bias = bias}, x, y);
}

template <typename S>
void BasicDepthwiseConv2d<S>::convolve(const S* weights, const kernels::Epilogue<S>& epilogue,
                                       const ConstMatrixRef<S>& x, MatrixRef<S>& y) const {
  for (Index i = 0; i < x.cols(); ++i) {
    kernels::depthwise_convolve(sizes_, x.col(i).data(), weights, epilogue, y.col(i).data());
  }
}

template <typename S>
void BasicDepthwiseConv2d<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&,
                                       const ConstMatrixRef<S>& dy, MatrixRef<S> dx, std::span<MatrixOf<S>> gradients,
                                       Scratch<S>& scratch) const {
  gradients[0].setZero();
  for (Index i = 0; i < x.cols(); ++i) {
    kernels::add_depthwise_gradient(sizes_, x.col(i).data(), dy.col(i).data(), gradients[0].data());
  }
  if (options_.bias) {
    gradients[1].setZero();
    kernels::add_sums(dy.data(), dy.size() / sizes_.out.channels, sizes_.out.channels, gradients[1].data());
  }
  if (dx.cols() > 0) input_gradient(dy, dx, scratch);
}

template <typename S>
void BasicDepthwiseConv2d<S>::input_gradient(const ConstMatrixRef<S>& dy, MatrixRef<S>& dx, Scratch<S>& scratch) const {
  auto turned = scratch.buffers[turned_filters].matrix(weight().rows(), weight().cols());
  turned = weight().rowwise().reverse();
  const Index stride = sizes_.stride;
  const Shape spread{(sizes_.out.height - 1) * stride + 1, (sizes_.out.width - 1) * stride + 1, sizes_.out.channels};
  const kernels::DepthwiseSizes back{
      spread, sizes_.in, sizes_.kernel, 1, sizes_.kernel - 1 - sizes_.top, sizes_.kernel - 1 - sizes_.left};
  for (Index i = 0; i < dy.cols(); ++i) {
    const S* gradient = dy.col(i).data();
    if (stride > 1) {
      S* const zeros_between = scratch.buffers[spread_gradient].matrix(spread.size(), 1).data();
      kernels::pad(gradient, sizes_.out, 0, 0, stride, spread, zeros_between);
      gradient = zeros_between;
    }
    kernels::depthwise_convolve<S>(back, gradient, turned.data(), {}, dx.col(i).data());
  }
}

#ifdef INKLING_COMPILED
template class BasicDepthwiseConv2d<float>;
template class BasicDepthwiseConv2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
