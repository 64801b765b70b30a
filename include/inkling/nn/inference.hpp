#pragma once

#include <inkling/nn/batch_norm.hpp>
#include <inkling/nn/conv2d.hpp>
#include <inkling/nn/dense.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/relu.hpp>

#include <optional>

namespace inkling::nn {

namespace detail {

/// A layer that cannot be trained, saved or exported: a network holds it for inference alone.
template <typename S>
class InferenceLayer : public BasicLayer<S> {
 public:
  Shape build(const Shape&, Rng&) final {
    throw Error("fuse: a fused layer is built from another and has no other place");
  }
  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, MatrixRef<S>,
                std::span<MatrixOf<S>>, Scratch<S>&) const final {
    throw Error("fuse: a fused network is for inference only; train the one that it was made from");
  }
};

/// The weights' rows times `factor`, and the bias that goes with them: what a batch norm after them comes to.
template <typename S>
void fold(const typename BasicBatchNorm<S>::Affine& affine, MatrixOf<S>& weight, VectorOf<S>& bias) {
  weight.array().colwise() *= affine.factor.array();
  bias = bias.cwiseProduct(affine.factor) + affine.offset;
}

/// The bias of a convolution or dense layer, zeros when it has none.
template <typename S>
VectorOf<S> bias_of(std::span<const Parameter<S>> parameters, Index units) {
  return parameters.size() > 1 ? VectorOf<S>(parameters[1].value.col(0)) : VectorOf<S>(VectorOf<S>::Zero(units));
}

template <typename S>
using Affine = std::optional<typename BasicBatchNorm<S>::Affine>;

/// Layer i when it exists and is an L, else null.
template <typename L, typename S>
const L* layer_as(const BasicNetwork<S>& network, Index i) {
  return i < network.size() ? dynamic_cast<const L*>(&network.layer(i)) : nullptr;
}

/// Convolution, batch norm and ReLU in one pass.
template <typename S>
class FusedConv2d final : public InferenceLayer<S> {
 public:
  FusedConv2d(BasicConv2d<S> convolution, const Affine<S>& affine, bool relu)
      : convolution_(std::move(convolution)),
        bias_(bias_of<S>(std::as_const(convolution_).parameters(), convolution_.settings().filters)),
        packed_(convolution_.packed_size()),
        relu_(relu) {
    if (affine) fold<S>(*affine, convolution_.parameters()[0].value, bias_);
    convolution_.pack(packed_.data());
    for (Parameter<S>& parameter : convolution_.parameters()) parameter.value.resize(0, 0);  // packed_ has them
  }

  std::string_view kind() const noexcept override { return "fused_conv2d"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override {
    convolution_.forward_packed(packed_.data(), {.bias = bias_.data(), .relu = relu_}, x, y, scratch);
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedConv2d>(*this); }

 private:
  BasicConv2d<S> convolution_;  // its shapes; the weights are in packed_
  VectorOf<S> bias_;
  VectorOf<S> packed_;
  bool relu_;
};

/// Dense layer, batch norm and ReLU in one pass.
template <typename S>
class FusedDense final : public InferenceLayer<S> {
 public:
  FusedDense(BasicDense<S> dense, const Affine<S>& affine, bool relu)
      : bias_(dense.bias().col(0)), packed_(dense.packed_size()), relu_(relu) {
    if (affine) fold<S>(*affine, dense.parameters()[0].value, bias_);
    dense.pack(packed_.data());
  }

  std::string_view kind() const noexcept override { return "fused_dense"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    kernels::multiply_packed(y.rows(), y.cols(), x.rows(), packed_.data(), kernels::plain<S>(x), y.data(),
                             y.outerStride());
    y.colwise() += bias_;
    if (relu_) y = y.cwiseMax(S{0});
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedDense>(*this); }

 private:
  VectorOf<S> bias_;
  VectorOf<S> packed_;
  bool relu_;
};

}  // namespace detail

/// The same function as `network` computes in inference, made for speed: batch norms are folded into the convolution or
/// dense layer before them, ReLU is applied as the sums are stored, weights are packed once. Other layers, a user's own
/// among them, are taken as they are. The result has no parameters, and its backward throws Error.
template <typename S>
BasicNetwork<S> fuse(const BasicNetwork<S>& network) {
  BasicNetwork<S> fused(network.input_shape());
  for (Index i = 0; i < network.size();) {
    const auto* const convolution = detail::layer_as<BasicConv2d<S>>(network, i);
    const auto* const dense = detail::layer_as<BasicDense<S>>(network, i);
    if (convolution == nullptr && dense == nullptr) {
      fused.add_built(network.layer(i).clone(), network.output_shape(i));
      ++i;
      continue;
    }
    detail::Affine<S> affine;
    if (const auto* const norm = detail::layer_as<BasicBatchNorm<S>>(network, ++i)) {
      affine = norm->inference_affine();
      ++i;
    }
    const Shape& output = network.output_shape(i - 1);
    const bool relu = detail::layer_as<BasicRelu<S>>(network, i) != nullptr;
    if (relu) ++i;
    if (convolution != nullptr) {
      fused.add_built(std::make_unique<detail::FusedConv2d<S>>(*convolution, affine, relu), output);
    } else {
      fused.add_built(std::make_unique<detail::FusedDense<S>>(*dense, affine, relu), output);
    }
  }
  return fused;
}

}  // namespace inkling::nn
