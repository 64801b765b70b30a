#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/layers/sigmoid.hpp>
#include <inkling/nn/network.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

struct SqueezeExciteOptions {
  Index units = 0;  // of the hidden layer: the paper has a sixteenth of the channels

  void check() const;  // throws ValueError that names the first field out of range
};

/// Scales each channel by a number between 0 and 1 that depends on the means of all channels (Hu, Shen and Sun 2018,
/// arXiv:1709.01507): y = x * gate, gate = sigmoid(Dense(relu(Dense(mean of x over the pixels)))).
///
/// Its tensors are called "0.weight", "0.bias" (channels to units), "2.weight" and "2.bias" (units to channels).
template <typename S>
class BasicSqueezeExcite final : public BasicLayer<S> {
 public:
  /// Throws ValueError as its options' check().
  explicit BasicSqueezeExcite(const SqueezeExciteOptions& options);
  static BasicSqueezeExcite from_options(const StageOptions& options);

  static constexpr std::string_view name = "squeeze_excite";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override { return {{"units", options_.units}}; }

  Shape build(const Shape& in, Rng& rng) override;
  Shape build_to_fill(const Shape& in) override;
  void expect_tensors(const Shape& in, TensorExpectations& expected) const override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const override;

  void describe(Operations<S>& operations) const override { operations.gate(*this, *gate_); }

  /// Its gradient, where training alone sees it: nn/training/detail/blocks.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const;

  void append_parameters(std::vector<const Parameter<S>*>& all) const override;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicSqueezeExcite>(*this); }

  /// 1 x 1 x channels to 1 x 1 x channels. Requires: it is built.
  const BasicNetwork<S>& gate() const noexcept { return *gate_; }

 private:
  enum Slot { means, gates, gate_gradients, offsets };
  using Add = BasicNetwork<S>& (BasicNetwork<S>::*)(std::unique_ptr<BasicLayer<S>>);

  Shape build_gate(const Shape& in, std::uint64_t seed, Add add);

  /// y = factor * x + offset, with one column of each for each sample.
  template <typename Columns>
  void scale(const ConstMatrixRef<S>& x, const Columns& factor, const Columns& offset, MatrixRef<S>& y) const;

  SqueezeExciteOptions options_;
  Shape in_;
  std::optional<BasicNetwork<S>> gate_;
};

template <typename S>
template <typename Columns>
void BasicSqueezeExcite<S>::scale(const ConstMatrixRef<S>& x, const Columns& factor, const Columns& offset,
                                  MatrixRef<S>& y) const {
  for (Index i = 0; i < x.cols(); ++i) {
    kernels::scale_and_shift(x.col(i).data(), in_.pixels(), in_.channels, factor.col(i).data(), offset.col(i).data(),
                             y.col(i).data());
  }
}

using SqueezeExcite = BasicSqueezeExcite<float>;

#ifdef INKLING_COMPILED
extern template class BasicSqueezeExcite<float>;
extern template class BasicSqueezeExcite<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/squeeze_excite.ipp>
#endif
