#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/layers/convolution.hpp>
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

  void check() const;  // throws ValueError that names the first field out of range
};

/// Two-dimensional convolution (cross-correlation, as everywhere in this field): height x width x channels in,
/// out height x out width x filters out.
template <typename S>
class BasicConv2d final : public BasicLayer<S> {
 public:
  /// Throws ValueError as its options' check().
  explicit BasicConv2d(const Conv2dOptions& options);
  static BasicConv2d from_options(const StageOptions& options);

  static constexpr std::string_view name = "conv2d";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override;

  Shape build(const Shape& in, Rng& rng) override;
  Shape build_to_fill(const Shape& in) override;
  void expect_tensors(const Shape& in, TensorExpectations& expected) const override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override;

  void describe(Operations<S>& operations) const override;

  /// Its gradient, where training alone sees it: nn/training/detail/convolution.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicConv2d>(*this); }

  /// filters x (kernel * kernel * channels): in memory [ky][kx][channel][filter].
  const MatrixOf<S>& weight() const noexcept { return this->parameters_[0].value; }
  const Conv2dOptions& settings() const noexcept { return options_; }

 private:
  const S* bias() const noexcept { return options_.bias ? this->parameters_[1].value.data() : nullptr; }

  Conv2dOptions options_;
  BasicConvolution<S> convolution_;
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
