#pragma once

#include <inkling/core/error.hpp>
#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/winograd.hpp>
#include <inkling/nn/layers/convolution.hpp>

#include <string>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
BasicConvolution<S>::BasicConvolution(const Shape& in, Index filters, Index kernel, Index stride, Padding padding)
    : in_(in) {
  const Index vertical = border(padding, in.height, kernel, stride);
  const Index horizontal = border(padding, in.width, kernel, stride);
  const Shape padded{in.height + vertical, in.width + horizontal, in.channels};
  before_y_ = vertical / 2;
  before_x_ = horizontal / 2;
  require_room_for_kernel(padded, kernel, in);
  sizes_ = {padded, kernel, stride, filters};
  out_ = {sizes_.out_height(), sizes_.out_width(), filters};
}

template <typename S>
void BasicConvolution<S>::pack(const S* weights, S* packed) const {
  if (by_winograd()) {
    const auto taps = kernels::filter_taps(weights, in_.channels, sizes_.filters);
    kernels::winograd_pack(taps, sizes_.filters, in_.channels, packed);
  } else {
    kernels::pack_filters(sizes_, weights, packed);
  }
}

template <typename S>
Index BasicConvolution<S>::packed_size() const noexcept {
  return by_winograd() ? kernels::winograd_points * in_.channels * sizes_.filters
                       : kernels::packed_size<S>(sizes_.filters, sizes_.depth());
}

template <typename S>
void BasicConvolution<S>::forward(const S* packed, const kernels::Epilogue<S>& epilogue, const ConstMatrixRef<S>& x,
                                  MatrixRef<S> y, Scratch<S>& scratch) const {
  if (by_winograd()) {
    kernels::winograd_convolve({in_, out_, before_y_, before_x_}, x.cols(), x.data(), packed, epilogue, y.data(),
                               scratch.buffers[winograd_points]);
    return;
  }
  for_each_block(x.cols(), [&](Index first, const kernels::ConvolutionSizes& sizes) {
    kernels::convolve(sizes, padded(x.col(first).data(), scratch), packed, epilogue, y.col(first).data());
  });
}

template <typename S>
bool BasicConvolution<S>::by_winograd() const noexcept {
  return kernels::winograd_fits<S>(sizes_.kernel, sizes_.stride, in_.channels, sizes_.filters);
}

template <typename S>
const S* BasicConvolution<S>::padded(const S* sample, Scratch<S>& scratch) const {
  if (sizes_.padded == in_) return sample;
  S* const result = memory(scratch, padded_input, sizes_.padded.size());
  kernels::pad(sample, in_, before_y_, before_x_, 1, sizes_.padded, result);
  return result;
}

#ifdef INKLING_COMPILED
template class BasicConvolution<float>;
template class BasicConvolution<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
