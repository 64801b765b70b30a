#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/layers/initialisation.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

struct DenseOptions {
  Index units = 0;  // outputs
  Initialisation initialisation = Initialisation::he;

  void check() const;  // throws ValueError that names the first field out of range
};

/// Fully connected: y = W x + b. Input 1 x 1 x inputs, output 1 x 1 x units.
template <typename S>
class BasicDense final : public BasicLayer<S> {
 public:
  /// Throws ValueError as its options' check().
  explicit BasicDense(const DenseOptions& options);
  static BasicDense from_options(const StageOptions& options);

  static constexpr std::string_view name = "dense";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override;

  Shape build(const Shape& in, Rng& rng) override;
  Shape build_to_fill(const Shape& in) override;
  void expect_tensors(const Shape& in, TensorExpectations& expected) const override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override;

  void describe(Operations<S>& operations) const override { operations.multiply(*this); }

  /// Its gradient, where training alone sees it: nn/training/detail/dense.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicDense>(*this); }

  const MatrixOf<S>& weight() const noexcept { return this->parameters_[0].value; }  // units x inputs
  const MatrixOf<S>& bias() const noexcept { return this->parameters_[1].value; }    // units x 1

 private:
  DenseOptions options_;
};

using Dense = BasicDense<float>;

#ifdef INKLING_COMPILED
extern template class BasicDense<float>;
extern template class BasicDense<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/dense.ipp>
#endif
