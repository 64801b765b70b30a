#pragma once

#include <inkling/nn/layer.hpp>
#include <inkling/nn/option.hpp>

namespace inkling::nn {

struct DropoutOptions {
  double rate = 0.5;  // share of the values that are dropped in training
};

/// Sets a random share of the values to zero in training and scales the others up, so that inference needs no change
/// (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014). Works in place.
template <typename S>
class BasicDropout final : public BasicLayer<S> {
 public:
  /// Throws ValueError unless 0 <= rate < 1.
  explicit BasicDropout(const DropoutOptions& options) : options_(options) {
    require<ValueError>(options.rate >= 0 && options.rate < 1, "Dropout: rate must be at least 0 and below 1");
  }
  static BasicDropout from_options(const nlohmann::json& json) {
    return BasicDropout({.rate = option<double>(json, "rate")});
  }

  std::string_view kind() const noexcept override { return "dropout"; }
  nlohmann::json options() const override { return {{"rate", options_.rate}}; }
  bool in_place() const noexcept override { return true; }
  Shape build(const Shape& in, Rng&) override { return in; }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const override {
    if (mode == Mode::inference) {
      if (y.data() != x.data()) y = x;
      return;
    }
    auto factors = scratch.buffers[0].matrix(x.rows(), x.cols());  // 0 or 1 / (1 - rate)
    const auto kept = static_cast<S>(1 / (1 - options_.rate));
    for (S& factor : factors.reshaped()) factor = scratch.rng.uniform() < options_.rate ? S{0} : kept;
    y = x.cwiseProduct(factors);
  }

  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>& scratch) const override {
    if (dx.cols() > 0) dx = dy.cwiseProduct(scratch.buffers[0].matrix(dy.rows(), dy.cols()));
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicDropout>(*this); }

 private:
  DropoutOptions options_;
};

using Dropout = BasicDropout<float>;

}  // namespace inkling::nn
