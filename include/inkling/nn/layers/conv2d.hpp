#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/winograd.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/layers/initialisation.hpp>
#include <inkling/nn/layers/padding.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

struct Conv2dOptions {
  Index filters = 0;
  Index kernel = 3;  // height and width of a filter
  Index stride = 1;
  Padding padding = Padding::valid;
  bool bias = true;  // false before a batch norm, which has an offset of its own
  Initialisation initialisation = Initialisation::he;
};

/// Two-dimensional convolution (cross-correlation, as everywhere in this field): height x width x channels in,
/// out height x out width x filters out.
template <typename S>
class BasicConv2d final : public BasicLayer<S> {
 public:
  /// Throws ValueError unless filters, kernel and stride are above 0.
  explicit BasicConv2d(const Conv2dOptions& options);
  static BasicConv2d from_options(const nlohmann::json& json);

  std::string_view kind() const noexcept override { return "conv2d"; }
  nlohmann::json options() const override;

  Shape build(const Shape& in, Rng& rng) override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override;

  /// Puts the weights in the order that forward_packed reads; `packed` has room for packed_size().
  void pack(S* packed) const;
  Index packed_size() const noexcept;
  /// y = activation(convolution of x + bias) with weights that are packed already.
  void forward_packed(const S* packed, const kernels::Epilogue<S>& epilogue, const ConstMatrixRef<S>& x, MatrixRef<S> y,
                      Scratch<S>& scratch) const;

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const override;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicConv2d>(*this); }

  /// filters x (kernel * kernel * channels): in memory [ky][kx][channel][filter].
  const MatrixOf<S>& weight() const noexcept { return this->parameters_[0].value; }
  const Conv2dOptions& settings() const noexcept { return options_; }
  const kernels::ConvolutionSizes& sizes() const noexcept { return sizes_; }
  /// The sample with its border of zeros, as numbers of type T; `to` has room for sizes().padded.size().
  template <typename T>
  void pad_to(const S* sample, T* to) const {
    kernels::pad(sample, in_, before_y_, before_x_, 1, sizes_.padded, to);
  }
  Shape output_shape() const noexcept { return {sizes_.out_height(), sizes_.out_width(), sizes_.filters}; }

 private:
  enum Slot { packed_filters, padded_input, padded_gradient, tiled_gradient, winograd_points = padded_input };

  bool by_winograd() const noexcept;
  /// A convolution of single pixels, which asks nothing of its neighbours.
  bool pointwise() const noexcept { return options_.kernel == 1 && options_.stride == 1; }

  /// Calls work(first sample, sizes) for samples that are convolved together: one at a time, but for single pixels so
  /// many that tiles are filled, as one row.
  template <typename Work>
  void for_each_block(Index samples, Work&& work) const;

  const S* bias() const noexcept { return options_.bias ? this->parameters_[1].value.data() : nullptr; }

  static S* memory(Scratch<S>& scratch, Slot slot, Index count);

  /// The sample with its border of zeros, or the sample itself when it has none.
  const S* padded(const S* sample, Scratch<S>& scratch) const;

  struct TiledGradient {
    const S* data;
    Index step;
  };
  /// The gradient of some pixels with its filters filled up to whole register tiles.
  TiledGradient whole_tiles(const S* gradient, Index pixels, Scratch<S>& scratch) const;

  void weight_gradient(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& dy, MatrixOf<S>& gradient,
                       Scratch<S>& scratch) const;

  void input_gradient(const ConstMatrixRef<S>& dy, MatrixRef<S>& dx, Scratch<S>& scratch) const;

  Conv2dOptions options_;
  Shape in_;
  kernels::ConvolutionSizes sizes_{};
  Index before_y_ = 0;  // rows of zeros above the input
  Index before_x_ = 0;  // columns of zeros on its left
};

using Conv2d = BasicConv2d<float>;

#ifdef INKLING_COMPILED
extern template class BasicConv2d<float>;
extern template class BasicConv2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/conv2d.ipp>
#endif
