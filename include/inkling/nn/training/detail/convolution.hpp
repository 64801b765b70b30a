#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/depthwise.hpp>
#include <inkling/nn/kernels/winograd.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>

/// Gradients of layers. Inference does not see them, and so does not compile them. They are templates of their own so
/// that an explicit instantiation of a layer leaves them out, too.
namespace inkling::inline INKLING_ABI::nn {

template <typename S>
template <typename>
void BasicConv2d<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                              MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // y = W * patches(x) + b, one column of patches a pixel:
  // dLoss/dW = dy patches(x)',  dLoss/db = sum of dy over pixels and samples,  dLoss/dx = dy convolved with the
  // turned filters
  convolution_.weight_gradient(x, dy, gradients[0], scratch);
  if (options_.bias) {
    gradients[1].setZero();
    kernels::add_sums(dy.data(), dy.size() / options_.filters, options_.filters, gradients[1].data());
  }
  if (dx.cols() > 0) convolution_.input_gradient(weight().data(), dy, dx, scratch);
}

template <typename S>
template <typename>
void BasicConvolution<S>::weight_gradient(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& dy,
                                          MatrixOf<S>& gradient, Scratch<S>& scratch) const {
  if (by_winograd()) {
    kernels::winograd_weight_gradient({in_, out_, before_y_, before_x_}, x.cols(), x.data(), dy.data(), gradient.data(),
                                      scratch.buffers[winograd_points]);
    return;
  }
  gradient.setZero();
  for_each_block(x.cols(), [&](Index first, const kernels::ConvolutionSizes& sizes) {
    const auto [tiled, step] = whole_tiles(dy.col(first).data(), sizes.out_pixels(), scratch);
    kernels::add_weight_gradient(sizes, padded(x.col(first).data(), scratch), tiled, step, gradient.data());
  });
}

template <typename S>
template <typename>
void BasicConvolution<S>::input_gradient(const S* weights, const ConstMatrixRef<S>& dy, MatrixRef<S>& dx,
                                         Scratch<S>& scratch) const {
  const Index k = sizes_.kernel;
  // Spread by the stride and padded so that the turned filters, moved one step at a time, give one value for each
  // input pixel.
  const Index top = k - 1 - before_y_;
  const Index left = k - 1 - before_x_;
  if (by_winograd()) {
    const auto taps = kernels::turned_filter_taps(weights, in_.channels, sizes_.filters);
    S* const packed = memory(scratch, packed_filters, packed_size());
    kernels::winograd_pack(taps, in_.channels, sizes_.filters, packed);
    kernels::winograd_convolve<S>({out_, in_, top, left}, dy.cols(), dy.data(), packed, {}, dx.data(),
                                  scratch.buffers[winograd_points]);
    return;
  }
  const kernels::ConvolutionSizes turned{{in_.height + k - 1, in_.width + k - 1, sizes_.filters}, k, 1, in_.channels};
  S* const packed = memory(scratch, packed_filters, kernels::packed_size<S>(in_.channels, turned.depth()));
  kernels::pack_turned_filters(sizes_, weights, packed);
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
    kernels::pad(dy.col(i).data(), out_, top, left, sizes_.stride, turned.padded, spread);
    kernels::convolve<S>(turned, spread, packed, {}, dx.col(i).data());
  }
}

template <typename S>
template <typename>
auto BasicConvolution<S>::whole_tiles(const S* gradient, Index pixels, Scratch<S>& scratch) const -> TiledGradient {
  const Index step = kernels::packed_size<S>(sizes_.filters, 1);
  if (step == sizes_.filters) return {gradient, step};
  auto filled = scratch.buffers[tiled_gradient].matrix(step, pixels);
  filled.topRows(sizes_.filters) = Eigen::Map<const MatrixOf<S>>(gradient, sizes_.filters, pixels);
  filled.bottomRows(step - sizes_.filters).setZero();
  return {filled.data(), step};
}

template <typename S>
template <typename>
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
template <typename>
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

}  // namespace inkling::inline INKLING_ABI::nn
