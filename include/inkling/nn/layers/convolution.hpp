#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/nn/kernels/epilogue.hpp>
#include <inkling/nn/kernels/sizes.hpp>
#include <inkling/nn/layers/padding.hpp>
#include <inkling/nn/scratch.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// How filters of one size move over images of one size, and which kernel does it: what a convolution knows besides its
/// weights. Weights are filters x (kernel * kernel * channels), in memory [ky][kx][channel][filter].
template <typename S>
class BasicConvolution {
 public:
  BasicConvolution() = default;
  /// Throws ShapeError for an input that is smaller than the kernel.
  BasicConvolution(const Shape& in, Index filters, Index kernel, Index stride, Padding padding);

  const Shape& in() const noexcept { return in_; }
  const Shape& out() const noexcept { return out_; }
  const kernels::ConvolutionSizes& sizes() const noexcept { return sizes_; }

  /// Puts weights in the order that forward reads; `packed` has room for packed_size().
  void pack(const S* weights, S* packed) const;
  Index packed_size() const noexcept;
  /// y = activation(convolution of x + bias). x: in().size() x n, y: out().size() x n, overwritten.
  void forward(const S* packed, const kernels::Epilogue<S>& epilogue, const ConstMatrixRef<S>& x, MatrixRef<S> y,
               Scratch<S>& scratch) const;
  /// The scratch's memory for packed weights, where they are packed each time.
  S* packing_memory(Scratch<S>& scratch) const { return memory(scratch, packed_filters, packed_size()); }

  /// Rows of zeros above the input, and columns on its left.
  Index top() const noexcept { return before_y_; }
  Index left() const noexcept { return before_x_; }

  /// nn/training/detail/convolution.hpp. Both are overwritten: gradient with dLoss/dweights, dx with dLoss/dx.
  template <typename = void>
  void weight_gradient(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& dy, MatrixOf<S>& gradient,
                       Scratch<S>& scratch) const;
  template <typename = void>
  void input_gradient(const S* weights, const ConstMatrixRef<S>& dy, MatrixRef<S>& dx, Scratch<S>& scratch) const;

 private:
  enum Slot { packed_filters, padded_input, padded_gradient, tiled_gradient, winograd_points = padded_input };

  bool by_winograd() const noexcept;
  /// A convolution of single pixels, which asks nothing of its neighbours.
  bool pointwise() const noexcept { return sizes_.kernel == 1 && sizes_.stride == 1; }

  /// Calls work(first sample, sizes) for samples that are convolved together: one at a time, but for single pixels so
  /// many that tiles are filled, as one row.
  template <typename Work>
  void for_each_block(Index samples, Work&& work) const;

  static S* memory(Scratch<S>& scratch, Slot slot, Index count) {
    return scratch.buffers[slot].matrix(count, 1).data();
  }

  /// The sample with its border of zeros, or the sample itself when it has none.
  const S* padded(const S* sample, Scratch<S>& scratch) const;

  struct TiledGradient {
    const S* data;
    Index step;
  };
  /// The gradient of some pixels with its filters filled up to whole register tiles.
  template <typename = void>
  TiledGradient whole_tiles(const S* gradient, Index pixels, Scratch<S>& scratch) const;

  Shape in_;
  Shape out_;
  kernels::ConvolutionSizes sizes_{};
  Index before_y_ = 0;  // rows of zeros above the input
  Index before_x_ = 0;  // columns of zeros on its left
};

template <typename S>
template <typename Work>
void BasicConvolution<S>::for_each_block(Index samples, Work&& work) const {
  constexpr Index pixels = 1024;
  const Index together = pointwise() ? (in_.pixels() < pixels ? pixels / in_.pixels() : 1) : 1;
  for (Index first = 0; first < samples; first += together) {
    const Index count = samples - first < together ? samples - first : together;
    kernels::ConvolutionSizes sizes = sizes_;
    if (count > 1) sizes.padded = {1, count * in_.pixels(), in_.channels};
    work(first, sizes);
  }
}

#ifdef INKLING_COMPILED
extern template class BasicConvolution<float>;
extern template class BasicConvolution<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/convolution.ipp>
#endif
