#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/option.hpp>

#include <cmath>
#include <cstdint>

namespace inkling::inline INKLING_ABI::nn {

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
    // A factor and no branch, which would be mispredicted; 16 random bits decide on a value.
    const auto threshold = static_cast<std::uint32_t>(std::lround(options_.rate * 0x1.0p16));
    S* const factor = factors.data();
    for (Index i = 0; i < factors.size(); i += 2) {
      const std::uint32_t bits = scratch.rng.next();
      factor[i] = kept * static_cast<S>((bits & 0xFFFFU) >= threshold);
      if (i + 1 < factors.size()) factor[i + 1] = kept * static_cast<S>((bits >> 16U) >= threshold);
    }
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

}  // namespace inkling::inline INKLING_ABI::nn
