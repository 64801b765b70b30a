#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/layers/sigmoid.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/option.hpp>

#include <optional>

namespace inkling::inline INKLING_ABI::nn {

struct SqueezeExciteOptions {
  Index units = 0;  // of the hidden layer: the paper has a sixteenth of the channels
};

/// Scales each channel by a number between 0 and 1 that depends on the means of all channels (Hu, Shen and Sun 2018,
/// arXiv:1709.01507): y = x * gate, gate = sigmoid(Dense(relu(Dense(mean of x over the pixels)))).
///
/// Its tensors are called "0.weight", "0.bias" (channels to units), "2.weight" and "2.bias" (units to channels).
template <typename S>
class BasicSqueezeExcite final : public BasicLayer<S> {
 public:
  /// Throws ValueError unless units > 0.
  explicit BasicSqueezeExcite(const SqueezeExciteOptions& options) : options_(options) {
    require<ValueError>(options.units > 0, "SqueezeExcite: units must be above 0");
  }
  static BasicSqueezeExcite from_options(const nlohmann::json& json) {
    return BasicSqueezeExcite({.units = option<Index>(json, "units")});
  }

  std::string_view kind() const noexcept override { return "squeeze_excite"; }
  nlohmann::json options() const override { return {{"units", options_.units}}; }

  Shape build(const Shape& in, Rng& rng) override {
    in_ = in;
    const std::uint64_t seed = rng.next();
    gate_.emplace(Shape{1, 1, in.channels}, seed);
    gate_->add(BasicDense<S>({.units = options_.units}))
        .add(BasicRelu<S>())
        .add(BasicDense<S>({.units = in.channels, .initialisation = Initialisation::glorot}))
        .add(BasicSigmoid<S>());
    gate_->name_parameters("");
    return in;
  }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const override {
    if (scratch.nested.empty()) scratch.nested.resize(1);
    auto mean = scratch.buffers[means].matrix(in_.channels, x.cols());
    mean.setZero();
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::add_sums(x.col(i).data(), in_.pixels(), in_.channels, mean.col(i).data());
    }
    mean /= static_cast<S>(in_.pixels());
    auto gate = scratch.buffers[gates].matrix(in_.channels, x.cols());
    gate = gate_->forward(mean, scratch.nested[0], mode);
    auto nothing = scratch.buffers[offsets].matrix(in_.channels, x.cols());
    nothing.setZero();
    scale(x, gate, nothing, y);
  }

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const override {
    // dLoss/dgate = sum of dy * x over the pixels,  dLoss/dx = gate * dy + dLoss/dmean / pixels
    const auto mean = scratch.buffers[means].matrix(in_.channels, x.cols());
    const auto gate = scratch.buffers[gates].matrix(in_.channels, x.cols());
    auto gate_gradient = scratch.buffers[gate_gradients].matrix(in_.channels, x.cols());
    gate_gradient.setZero();
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::add_dot_products(x.col(i).data(), dy.col(i).data(), in_.pixels(), in_.channels,
                                gate_gradient.col(i).data());
    }
    auto mean_gradient = scratch.buffers[offsets].matrix(in_.channels, x.cols());
    gate_->backward(mean, gate_gradient, scratch.nested[0], gradients, mean_gradient);
    if (dx.cols() == 0) return;
    mean_gradient /= static_cast<S>(in_.pixels());
    scale(dy, gate, mean_gradient, dx);
  }

  void append_parameters(std::vector<const Parameter<S>*>& all) const override {
    if (gate_) gate_->append_parameters(all);
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicSqueezeExcite>(*this); }

  /// 1 x 1 x channels to 1 x 1 x channels. Requires: it is built.
  const BasicNetwork<S>& gate() const noexcept { return *gate_; }

 private:
  enum Slot { means, gates, gate_gradients, offsets };

  /// y = factor * x + offset, with one column of each for each sample.
  template <typename Columns>
  void scale(const ConstMatrixRef<S>& x, const Columns& factor, const Columns& offset, MatrixRef<S>& y) const {
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::scale_and_shift(x.col(i).data(), in_.pixels(), in_.channels, factor.col(i).data(), offset.col(i).data(),
                               y.col(i).data());
    }
  }

  SqueezeExciteOptions options_;
  Shape in_;
  std::optional<BasicNetwork<S>> gate_;
};

using SqueezeExcite = BasicSqueezeExcite<float>;

}  // namespace inkling::inline INKLING_ABI::nn
