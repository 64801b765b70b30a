#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

struct DropoutOptions {
  double rate = 0.5;  // share of the values that are dropped in training

  void check() const;  // throws ValueError that names the first field out of range
};

/// Sets a random share of the values to zero in training and scales the others up, so that inference needs no change
/// (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014). Works in place.
template <typename S>
class BasicDropout final : public BasicLayer<S> {
 public:
  /// Throws ValueError as its options' check().
  explicit BasicDropout(const DropoutOptions& options);
  static BasicDropout from_options(const StageOptions& options);

  static constexpr std::string_view name = "dropout";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override { return {{"rate", options_.rate}}; }
  bool in_place() const noexcept override { return true; }
  Shape build(const Shape& in, Rng&) override { return in; }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const override;

  void describe(Operations<S>& operations) const override { operations.pass(*this); }

  /// Its gradient, where training alone sees it: nn/training/detail/activations.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>& scratch) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicDropout>(*this); }

 private:
  DropoutOptions options_;
};

using Dropout = BasicDropout<float>;

#ifdef INKLING_COMPILED
extern template class BasicDropout<float>;
extern template class BasicDropout<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/dropout.ipp>
#endif
