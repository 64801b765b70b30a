#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

struct BatchNormOptions {
  double epsilon = 1e-5;  // added to the variance

  void check() const;  // throws ValueError that names the first field out of range
};

/// Normalises each channel to mean 0 and variance 1, then scales and shifts it (Ioffe and Szegedy 2015,
/// arXiv:1502.03167).
///
/// In training the statistics are those of the samples given, over all their pixels. Because the trainer gives it
/// micro-batches, this is ghost batch normalisation (Hoffer, Hubara and Soudry 2017, arXiv:1705.08741). In inference
/// they are the running ones, which the trainer keeps; in training, too, where those are fixed. A flat input 1 x 1 x n
/// is normalised value by value.
template <typename S>
class BasicBatchNorm final : public BasicLayer<S> {
 public:
  /// Throws ValueError as its options' check().
  explicit BasicBatchNorm(const BatchNormOptions& options = {});
  static BasicBatchNorm from_options(const StageOptions& options);

  static constexpr std::string_view name = "batch_norm";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override { return {{"epsilon", options_.epsilon}}; }

  Shape build(const Shape& in, Rng&) override;
  void expect_tensors(const Shape& in, TensorExpectations& expected) const override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const override;

  void describe(Operations<S>& operations) const override;

  /// Its gradient, where training alone sees it: nn/training/detail/batch_norm.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicBatchNorm>(*this); }

 private:
  enum Tensor { scale, shift, running_mean, running_variance };

  auto value(Tensor tensor) const { return this->parameters_[tensor].value.col(0); }
  bool measures(Mode mode) const noexcept { return mode == Mode::training && !this->parameters_[running_mean].fixed; }

  /// Mean and (biased) variance of each channel, in two passes: the difference of squares would cancel.
  template <typename Statistics>
  void measure(const ConstMatrixRef<S>& x, Statistics& statistics) const;

  BatchNormOptions options_;
  Index channels_ = 0;
};

using BatchNorm = BasicBatchNorm<float>;

#ifdef INKLING_COMPILED
extern template class BasicBatchNorm<float>;
extern template class BasicBatchNorm<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/batch_norm.ipp>
#endif
