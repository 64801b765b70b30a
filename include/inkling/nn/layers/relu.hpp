#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

/// y = max(x, 0), value by value. Works in place.
template <typename S>
class BasicRelu final : public BasicLayer<S> {
 public:
  static BasicRelu from_options(const StageOptions&) { return {}; }

  static constexpr std::string_view name = "relu";
  std::string_view kind() const noexcept override { return name; }
  bool in_place() const noexcept override { return true; }
  bool needs_output() const noexcept override { return true; }
  Shape build(const Shape& in, Rng&) override { return in; }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override { y = x.cwiseMax(S{0}); }

  void describe(Operations<S>& operations) const override { operations.rectify(*this); }

  /// Its gradient, where training alone sees it: nn/training/detail/activations.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>&) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicRelu>(*this); }
};

using Relu = BasicRelu<float>;

#ifdef INKLING_COMPILED
extern template class BasicRelu<float>;
extern template class BasicRelu<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/relu.ipp>
#endif
