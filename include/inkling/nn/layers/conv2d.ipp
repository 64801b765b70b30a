#pragma once

#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/option.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
BasicConv2d<S>::BasicConv2d(const Conv2dOptions& options) : options_(options) {
  require<ValueError>(options.filters > 0, "Conv2d: filters must be above 0");
  require<ValueError>(options.kernel > 0, "Conv2d: kernel must be above 0");
  require<ValueError>(options.stride > 0, "Conv2d: stride must be above 0");
}

template <typename S>
auto BasicConv2d<S>::from_options(const nlohmann::json& json) -> BasicConv2d {
  return BasicConv2d({.filters = option<Index>(json, "filters"),
                      .kernel = option<Index>(json, "kernel"),
                      .stride = option<Index>(json, "stride"),
                      .padding = option(json, "padding", {Padding::valid, Padding::same}),
                      .bias = option<bool>(json, "bias"),
                      .initialisation = option(json, "initialisation", {Initialisation::he, Initialisation::glorot})});
}

template <typename S>
nlohmann::json BasicConv2d<S>::options() const {
  return {{"filters", options_.filters}, {"kernel", options_.kernel},
          {"stride", options_.stride},   {"padding", to_string(options_.padding)},
          {"bias", options_.bias},       {"initialisation", to_string(options_.initialisation)}};
}

template <typename S>
Shape BasicConv2d<S>::build(const Shape& in, Rng& rng) {
  in_ = in;
  const Index k = options_.kernel;
  const Index vertical = border(options_.padding, in.height, k, options_.stride);
  const Index horizontal = border(options_.padding, in.width, k, options_.stride);
  const Shape padded{in.height + vertical, in.width + horizontal, in.channels};
  before_y_ = vertical / 2;
  before_x_ = horizontal / 2;
  if (padded.height < k || padded.width < k) {
    throw ShapeError("expected an input of at least " + std::to_string(k) + "x" + std::to_string(k) +
                     " for its kernel, got " + to_string(in));
  }
  sizes_ = {padded, k, options_.stride, options_.filters};

  MatrixOf<S> weight(options_.filters, sizes_.depth());
  initialise(weight, sizes_.depth(), k * k * options_.filters, options_.initialisation, rng);
  this->parameters_ = {{"weight", Role::weight, {k, k, in.channels, options_.filters}, std::move(weight)}};
  if (options_.bias) {
    this->parameters_.push_back({"bias", Role::offset, {options_.filters}, MatrixOf<S>::Zero(options_.filters, 1)});
  }
  return output_shape();
}

template <typename S>
void BasicConv2d<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const {
  S* const packed = memory(scratch, packed_filters, packed_size());
  pack(packed);
  forward_packed(packed, {.bias = bias()}, x, y, scratch);
}

template <typename S>
void BasicConv2d<S>::pack(S* packed) const {
  if (by_winograd()) {
    const auto taps = kernels::filter_taps(weight().data(), in_.channels, options_.filters);
    kernels::winograd_pack(taps, options_.filters, in_.channels, packed);
  } else {
    kernels::pack_filters(sizes_, weight().data(), packed);
  }
}

template <typename S>
Index BasicConv2d<S>::packed_size() const noexcept {
  return by_winograd() ? kernels::winograd_points * in_.channels * options_.filters
                       : kernels::packed_size<S>(options_.filters, sizes_.depth());
}

template <typename S>
void BasicConv2d<S>::forward_packed(const S* packed, const kernels::Epilogue<S>& epilogue, const ConstMatrixRef<S>& x,
                                    MatrixRef<S> y, Scratch<S>& scratch) const {
  if (by_winograd()) {
    kernels::winograd_convolve({in_, output_shape(), before_y_, before_x_}, x.cols(), x.data(), packed, epilogue,
                               y.data(), scratch.buffers[winograd_points]);
    return;
  }
  for_each_block(x.cols(), [&](Index first, const kernels::ConvolutionSizes& sizes) {
    kernels::convolve(sizes, padded(x.col(first).data(), scratch), packed, epilogue, y.col(first).data());
  });
}

template <typename S>
void BasicConv2d<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                              MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // y = W * patches(x) + b, one column of patches a pixel:
  // dLoss/dW = dy patches(x)',  dLoss/db = sum of dy over pixels and samples,  dLoss/dx = dy convolved with the
  // turned filters
  weight_gradient(x, dy, gradients[0], scratch);
  if (options_.bias) {
    gradients[1].setZero();
    kernels::add_sums(dy.data(), dy.size() / sizes_.filters, sizes_.filters, gradients[1].data());
  }
  if (dx.cols() > 0) input_gradient(dy, dx, scratch);
}

template <typename S>
bool BasicConv2d<S>::by_winograd() const noexcept {
  return kernels::winograd_fits<S>(options_.kernel, options_.stride, in_.channels, options_.filters);
}

template <typename S>
template <typename Work>
void BasicConv2d<S>::for_each_block(Index samples, Work&& work) const {
  constexpr Index pixels = 1024;
  const Index together = pointwise() ? std::max<Index>(1, pixels / in_.pixels()) : 1;
  for (Index first = 0; first < samples; first += together) {
    const Index count = std::min(together, samples - first);
    kernels::ConvolutionSizes sizes = sizes_;
    if (count > 1) sizes.padded = {1, count * in_.pixels(), in_.channels};
    work(first, sizes);
  }
}

template <typename S>
S* BasicConv2d<S>::memory(Scratch<S>& scratch, Slot slot, Index count) {
  return scratch.buffers[slot].matrix(count, 1).data();
}

template <typename S>
const S* BasicConv2d<S>::padded(const S* sample, Scratch<S>& scratch) const {
  if (sizes_.padded == in_) return sample;
  S* const result = memory(scratch, padded_input, sizes_.padded.size());
  kernels::pad(sample, in_, before_y_, before_x_, 1, sizes_.padded, result);
  return result;
}

template <typename S>
auto BasicConv2d<S>::whole_tiles(const S* gradient, Index pixels, Scratch<S>& scratch) const -> TiledGradient {
  const Index step = kernels::packed_size<S>(sizes_.filters, 1);
  if (step == sizes_.filters) return {gradient, step};
  auto filled = scratch.buffers[tiled_gradient].matrix(step, pixels);
  filled.topRows(sizes_.filters) = Eigen::Map<const MatrixOf<S>>(gradient, sizes_.filters, pixels);
  filled.bottomRows(step - sizes_.filters).setZero();
  return {filled.data(), step};
}

template <typename S>
void BasicConv2d<S>::weight_gradient(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& dy, MatrixOf<S>& gradient,
                                     Scratch<S>& scratch) const {
  if (by_winograd()) {
    kernels::winograd_weight_gradient({in_, output_shape(), before_y_, before_x_}, x.cols(), x.data(), dy.data(),
                                      gradient.data(), scratch.buffers[winograd_points]);
    return;
  }
  gradient.setZero();
  for_each_block(x.cols(), [&](Index first, const kernels::ConvolutionSizes& sizes) {
    const auto [tiled, step] = whole_tiles(dy.col(first).data(), sizes.out_pixels(), scratch);
    kernels::add_weight_gradient(sizes, padded(x.col(first).data(), scratch), tiled, step, gradient.data());
  });
}

template <typename S>
void BasicConv2d<S>::input_gradient(const ConstMatrixRef<S>& dy, MatrixRef<S>& dx, Scratch<S>& scratch) const {
  const Index k = options_.kernel;
  // Spread by the stride and padded so that the turned filters, moved one step at a time, give one value for each
  // input pixel.
  const Index top = k - 1 - before_y_;
  const Index left = k - 1 - before_x_;
  if (by_winograd()) {
    const auto taps = kernels::turned_filter_taps(weight().data(), in_.channels, options_.filters);
    S* const packed = memory(scratch, packed_filters, packed_size());
    kernels::winograd_pack(taps, in_.channels, options_.filters, packed);
    kernels::winograd_convolve<S>({output_shape(), in_, top, left}, dy.cols(), dy.data(), packed, {}, dx.data(),
                                  scratch.buffers[winograd_points]);
    return;
  }
  const kernels::ConvolutionSizes turned{{in_.height + k - 1, in_.width + k - 1, sizes_.filters}, k, 1, in_.channels};
  S* const packed = memory(scratch, packed_filters, kernels::packed_size<S>(in_.channels, turned.depth()));
  kernels::pack_turned_filters(sizes_, weight().data(), packed);
  if (pointwise()) {
    for_each_block(dy.cols(), [&](Index first, const kernels::ConvolutionSizes& sizes) {
      const kernels::ConvolutionSizes back{
          {sizes.padded.height, sizes.padded.width, sizes_.filters}, 1, 1, in_.channels};
      kernels::convolve<S>(back, dy.col(first).data(), packed, {}, dx.col(first).data());
    });
    return;
  }
  S* const spread = memory(scratch, padded_gradient, turned.padded.size());
  for (Index i = 0; i < dy.cols(); ++i) {
    kernels::pad(dy.col(i).data(), output_shape(), top, left, options_.stride, turned.padded, spread);
    kernels::convolve<S>(turned, spread, packed, {}, dx.col(i).data());
  }
}

#ifdef INKLING_COMPILED
template class BasicConv2d<float>;
template class BasicConv2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
