#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// Height x width x channels to 1 x 1 x (height * width * channels), in the order of memory (see Shape): no value
/// moves.
template <typename S>
class BasicFlatten final : public BasicLayer<S> {
 public:
  static BasicFlatten from_options(const nlohmann::json&) { return {}; }

  std::string_view kind() const noexcept override { return "flatten"; }
  bool in_place() const noexcept override { return true; }
  Shape build(const Shape& in, Rng&) override { return {1, 1, in.size()}; }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    if (y.data() != x.data()) y = x;
  }

  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>&) const override {
    if (dx.cols() > 0 && dx.data() != dy.data()) dx = dy;
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicFlatten>(*this); }
};

using Flatten = BasicFlatten<float>;

}  // namespace inkling::inline INKLING_ABI::nn
