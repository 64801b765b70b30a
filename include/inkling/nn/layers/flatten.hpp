#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

/// Height x width x channels to 1 x 1 x (height * width * channels), in the order of memory (see Shape): no value
/// moves.
template <typename S>
class BasicFlatten final : public BasicLayer<S> {
 public:
  static BasicFlatten from_options(const StageOptions&) { return {}; }

  static constexpr std::string_view name = "flatten";
  std::string_view kind() const noexcept override { return name; }
  bool in_place() const noexcept override { return true; }
  Shape build(const Shape& in, Rng&) override { return {1, 1, in.size()}; }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override;

  void describe(Operations<S>& operations) const override { operations.flatten(*this); }

  /// Its gradient, where training alone sees it: nn/training/detail/activations.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>&) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicFlatten>(*this); }
};

using Flatten = BasicFlatten<float>;

#ifdef INKLING_COMPILED
extern template class BasicFlatten<float>;
extern template class BasicFlatten<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/flatten.ipp>
#endif
