#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/layers/initialisation.hpp>
#include <inkling/nn/option.hpp>

namespace inkling::inline INKLING_ABI::nn {

struct DenseOptions {
  Index units = 0;  // outputs
  Initialisation initialisation = Initialisation::he;
};

/// Fully connected: y = W x + b. Input 1 x 1 x inputs, output 1 x 1 x units.
template <typename S>
class BasicDense final : public BasicLayer<S> {
 public:
  /// Throws ValueError unless units > 0.
  explicit BasicDense(const DenseOptions& options) : options_(options) {
    require<ValueError>(options.units > 0, "Dense: units must be above 0");
  }
  static BasicDense from_options(const nlohmann::json& json) {
    return BasicDense({.units = option<Index>(json, "units"),
                       .initialisation = option(json, "initialisation", {Initialisation::he, Initialisation::glorot})});
  }

  std::string_view kind() const noexcept override { return "dense"; }
  nlohmann::json options() const override {
    return {{"units", options_.units}, {"initialisation", to_string(options_.initialisation)}};
  }

  Shape build(const Shape& in, Rng& rng) override {
    if (in.pixels() != 1)
      throw ShapeError("expected a flat input 1x1xN, got " + to_string(in) + "; add Flatten before it");
    MatrixOf<S> weight(options_.units, in.channels);
    initialise(weight, in.channels, options_.units, options_.initialisation, rng);
    this->parameters_ = {
        {"weight", Role::weight, {in.channels, options_.units}, std::move(weight)},
        {"bias", Role::offset, {options_.units}, MatrixOf<S>::Zero(options_.units, 1)},
    };
    return {1, 1, options_.units};
  }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override {
    y.colwise() = bias().col(0);
    kernels::gemm(y.rows(), y.cols(), x.rows(), kernels::plain<S>(weight()), kernels::plain<S>(x), y.data(),
                  y.outerStride(), true, scratch.buffers[0]);
  }

  /// Puts the weights in the order that forward_packed reads; `packed` has room for packed_size().
  void pack(S* packed) const {
    kernels::pack_matrix(weight().rows(), weight().cols(), kernels::plain<S>(weight()), packed);
  }
  Index packed_size() const noexcept { return kernels::packed_size<S>(options_.units, weight().cols()); }

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const override {
    // y = W x + b:  dLoss/dW = dy x',  dLoss/db = sum of dy over the samples,  dLoss/dx = W' dy
    kernels::gemm(dy.rows(), x.rows(), x.cols(), kernels::plain<S>(dy), kernels::transposed<S>(x), gradients[0].data(),
                  gradients[0].rows(), false, scratch.buffers[0]);
    gradients[1] = dy.rowwise().sum();
    if (dx.cols() > 0) {
      kernels::gemm(x.rows(), x.cols(), dy.rows(), kernels::transposed<S>(weight()), kernels::plain<S>(dy), dx.data(),
                    dx.outerStride(), false, scratch.buffers[0]);
    }
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicDense>(*this); }

  const MatrixOf<S>& weight() const noexcept { return this->parameters_[0].value; }  // units x inputs
  const MatrixOf<S>& bias() const noexcept { return this->parameters_[1].value; }    // units x 1

 private:
  DenseOptions options_;
};

using Dense = BasicDense<float>;

}  // namespace inkling::inline INKLING_ABI::nn
