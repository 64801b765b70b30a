#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/sizes.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/layers/initialisation.hpp>
#include <inkling/nn/layers/padding.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

struct DepthwiseConv2dOptions {
  Index kernel = 3;  // height and width of a filter
  Index stride = 1;
  Padding padding = Padding::valid;
  bool bias = true;  // false before a batch norm, which has an offset of its own
  Initialisation initialisation = Initialisation::he;

  void check() const;  // throws ValueError that names the first field out of range
};

/// Convolution of each channel with one filter of its own: height x width x channels in, out height x out width x
/// channels out. Followed by a Conv2d with kernel 1 it is a depthwise separable convolution (Howard et al. 2017,
/// arXiv:1704.04861), with about a ninth of the multiplications of a 3x3 Conv2d.
template <typename S>
class BasicDepthwiseConv2d final : public BasicLayer<S> {
 public:
  /// Throws ValueError as its options' check().
  explicit BasicDepthwiseConv2d(const DepthwiseConv2dOptions& options = {});
  static BasicDepthwiseConv2d from_options(const StageOptions& options);

  static constexpr std::string_view name = "depthwise_conv2d";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override;

  Shape build(const Shape& in, Rng& rng) override;
  Shape build_to_fill(const Shape& in) override;
  void expect_tensors(const Shape& in, TensorExpectations& expected) const override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override;
  void describe(Operations<S>& operations) const override;

  /// Its gradient, where training alone sees it: nn/training/detail/convolution.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicDepthwiseConv2d>(*this); }

  /// channels x (kernel * kernel): in memory [ky][kx][channel].
  const MatrixOf<S>& weight() const noexcept { return this->parameters_[0].value; }

 private:
  enum Slot { turned_filters, spread_gradient };

  /// The gradient of the output, spread by the stride, convolved with the filters turned by 180 degrees.
  template <typename = void>
  void input_gradient(const ConstMatrixRef<S>& dy, MatrixRef<S>& dx, Scratch<S>& scratch) const;

  DepthwiseConv2dOptions options_;
  kernels::DepthwiseSizes sizes_{};
};

using DepthwiseConv2d = BasicDepthwiseConv2d<float>;

#ifdef INKLING_COMPILED
extern template class BasicDepthwiseConv2d<float>;
extern template class BasicDepthwiseConv2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/depthwise_conv2d.ipp>
#endif
