#pragma once

#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/kernels/bf16.hpp>
#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/layers/residual.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

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

/// Convolution or dense layer, batch norm and ReLU in one pass over numbers in bfloat16.
class Bf16Product final : public InferenceLayer<float> {
 public:
  Bf16Product(BasicConv2d<float> convolution, const Affine<float>& affine, bool relu)
      : bias_(bias_of<float>(std::as_const(convolution).parameters(), convolution.settings().filters)), relu_(relu) {
    const kernels::ConvolutionSizes& sizes = convolution.sizes();
    sizes_ = {sizes.filters, sizes.out_pixels(), sizes.kernel, sizes.row_depth(),
              sizes.padded.width * sizes.padded.channels};
    pack(convolution.parameters()[0].value, affine);
    for (Parameter<float>& parameter : convolution.parameters()) parameter.value.resize(0, 0);
    convolution_ = std::move(convolution);
  }
  Bf16Product(BasicDense<float> dense, const Affine<float>& affine, bool relu)
      : sizes_{dense.weight().rows(), 0, 1, dense.weight().cols(), 0}, bias_(dense.bias().col(0)), relu_(relu) {
    pack(dense.parameters()[0].value, affine);
  }
  /// Pairs along the depth need it to be even.
  static bool fits(const BasicConv2d<float>& convolution) noexcept { return convolution.sizes().row_depth() % 2 == 0; }
  static bool fits(const BasicDense<float>& dense) noexcept { return dense.weight().cols() % 2 == 0; }

  std::string_view kind() const noexcept override { return convolution_ ? "bf16_conv2d" : "bf16_dense"; }
  void forward(const ConstMatrixRef<float>& x, MatrixRef<float> y, Scratch<float>& scratch, Mode) const override {
    const kernels::Epilogue<float> epilogue{.bias = bias_.data(), .relu = relu_};
    if (!convolution_) {
      auto rounded = scratch.rounded.matrix(x.rows(), x.cols());
      rounded = x.cast<kernels::Bf16>();
      kernels::Bf16Sizes sizes = sizes_;
      sizes.columns = x.cols();
      kernels::bf16_multiply(
          sizes, packed_.data(), rounded.data(), [&](Index j) { return j * x.rows(); }, epilogue, y.data());
      return;
    }
    const kernels::ConvolutionSizes& sizes = convolution_->sizes();
    kernels::Bf16* const padded = scratch.rounded.matrix(sizes.padded.size(), 1).data();
    for (Index i = 0; i < x.cols(); ++i) {
      convolution_->pad_to(x.col(i).data(), padded);
      kernels::bf16_multiply(
          sizes_, packed_.data(), padded, [&](Index p) { return sizes.origin(p); }, epilogue, y.col(i).data());
    }
  }
  std::unique_ptr<BasicLayer<float>> clone() const override { return std::make_unique<Bf16Product>(*this); }

 private:
  void pack(MatrixOf<float>& weight, const Affine<float>& affine) {
    if (affine) fold<float>(*affine, weight, bias_);
    packed_.resize(sizes_.packed_size());
    kernels::bf16_pack(sizes_, weight.data(), packed_.data());
  }

  std::optional<BasicConv2d<float>> convolution_;  // its shapes; empty for a dense layer
  kernels::Bf16Sizes sizes_{};
  VectorOf<float> bias_;
  VectorOf<kernels::Bf16> packed_;
  bool relu_;
};

/// The product `layer` with what follows it, made for inference.
template <typename Fused, typename S, typename L>
std::unique_ptr<BasicLayer<S>> fused_product(const L& layer, const Affine<S>& affine, bool relu, Precision precision) {
  if constexpr (std::is_same_v<S, float>) {
    if (precision == Precision::bf16 && Bf16Product::fits(layer)) {
      return std::make_unique<Bf16Product>(layer, affine, relu);
    }
  }
  return std::make_unique<Fused>(layer, affine, relu);
}

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

/// Depthwise convolution, batch norm and ReLU in one pass.
template <typename S>
class FusedDepthwiseConv2d final : public InferenceLayer<S> {
 public:
  FusedDepthwiseConv2d(BasicDepthwiseConv2d<S> convolution, const Affine<S>& affine, bool relu)
      : convolution_(std::move(convolution)),
        weight_(convolution_.weight()),
        bias_(bias_of<S>(std::as_const(convolution_).parameters(), weight_.rows())),
        relu_(relu) {
    if (affine) fold<S>(*affine, weight_, bias_);
    for (Parameter<S>& parameter : convolution_.parameters()) parameter.value.resize(0, 0);  // weight_ and bias_ now
  }

  std::string_view kind() const noexcept override { return "fused_depthwise_conv2d"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    convolution_.convolve(weight_.data(), {.bias = bias_.data(), .relu = relu_}, x, y);
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedDepthwiseConv2d>(*this); }

 private:
  BasicDepthwiseConv2d<S> convolution_;  // its shapes
  MatrixOf<S> weight_;                   // channels x taps
  VectorOf<S> bias_;
  bool relu_;
};

/// A residual block of fused networks, with the ReLU after it.
template <typename S>
class FusedResidual final : public InferenceLayer<S> {
 public:
  FusedResidual(BasicNetwork<S> path, std::optional<BasicNetwork<S>> shortcut, bool relu)
      : path_(std::move(path)), shortcut_(std::move(shortcut)), relu_(relu) {}

  std::string_view kind() const noexcept override { return "fused_residual"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override {
    if (scratch.nested.empty()) scratch.nested.resize(2);
    const auto path = path_.forward(x, scratch.nested[0]);
    if (shortcut_) {
      finish(path, shortcut_->forward(x, scratch.nested[1]), y);
    } else {
      finish(path, x, y);
    }
  }
  void append_parameters(std::vector<const Parameter<S>*>& all) const override {
    path_.append_parameters(all);
    if (shortcut_) shortcut_->append_parameters(all);
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedResidual>(*this); }

 private:
  template <typename Path, typename Shortcut>
  void finish(const Path& path, const Shortcut& shortcut, MatrixRef<S>& y) const {
    if (relu_) {
      y = (path + shortcut).cwiseMax(S{0});
    } else {
      y = path + shortcut;
    }
  }

  BasicNetwork<S> path_;
  std::optional<BasicNetwork<S>> shortcut_;  // empty where it is the identity
  bool relu_;
};

}  // namespace detail

template <typename S>
BasicNetwork<S> fuse(const BasicNetwork<S>& network, Precision precision) {
  BasicNetwork<S> fused(network.input_shape());
  for (Index i = 0; i < network.size();) {
    const auto* const convolution = detail::layer_as<BasicConv2d<S>>(network, i);
    const auto* const depthwise = detail::layer_as<BasicDepthwiseConv2d<S>>(network, i);
    const auto* const dense = detail::layer_as<BasicDense<S>>(network, i);
    const auto* const residual = detail::layer_as<BasicResidual<S>>(network, i);
    const bool product = convolution != nullptr || depthwise != nullptr || dense != nullptr;
    const Shape& output = network.output_shape(i);
    if (!product && residual == nullptr) {
      fused.add_built(network.layer(i).clone(), output);
      ++i;
      continue;
    }
    ++i;
    detail::Affine<S> affine;
    const auto* const norm = detail::layer_as<BasicBatchNorm<S>>(network, i);
    if (product && norm != nullptr) {
      affine = norm->inference_affine();
      ++i;
    }
    const bool relu = detail::layer_as<BasicRelu<S>>(network, i) != nullptr;
    if (relu) ++i;
    std::unique_ptr<BasicLayer<S>> layer;
    if (convolution != nullptr) {
      layer = detail::fused_product<detail::FusedConv2d<S>, S>(*convolution, affine, relu, precision);
    } else if (depthwise != nullptr) {
      layer = std::make_unique<detail::FusedDepthwiseConv2d<S>>(*depthwise, affine, relu);
    } else if (dense != nullptr) {
      layer = detail::fused_product<detail::FusedDense<S>, S>(*dense, affine, relu, precision);
    } else {
      std::optional<BasicNetwork<S>> shortcut;
      if (residual->shortcut() != nullptr) shortcut = fuse(*residual->shortcut(), precision);
      layer = std::make_unique<detail::FusedResidual<S>>(fuse(*residual->path(), precision), std::move(shortcut), relu);
    }
    fused.add_built(std::move(layer), output);
  }
  return fused;
}

#ifdef INKLING_COMPILED
template BasicNetwork<float> fuse<float>(const BasicNetwork<float>&, Precision);
template BasicNetwork<double> fuse<double>(const BasicNetwork<double>&, Precision);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
