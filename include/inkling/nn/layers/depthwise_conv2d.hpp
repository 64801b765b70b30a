#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/depthwise.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/layers/initialisation.hpp>
#include <inkling/nn/layers/padding.hpp>
#include <inkling/nn/option.hpp>

namespace inkling::inline INKLING_ABI::nn {

struct DepthwiseConv2dOptions {
  Index kernel = 3;  // height and width of a filter
  Index stride = 1;
  Padding padding = Padding::valid;
  bool bias = true;  // false before a batch norm, which has an offset of its own
  Initialisation initialisation = Initialisation::he;
};

/// Convolution of each channel with one filter of its own: height x width x channels in, out height x out width x
/// channels out. Followed by a Conv2d with kernel 1 it is a depthwise separable convolution (Howard et al. 2017,
/// arXiv:1704.04861), with about a ninth of the multiplications of a 3x3 Conv2d.
template <typename S>
class BasicDepthwiseConv2d final : public BasicLayer<S> {
 public:
  /// Throws ValueError unless kernel and stride are above 0.
  explicit BasicDepthwiseConv2d(const DepthwiseConv2dOptions& options = {}) : options_(options) {
    require<ValueError>(options.kernel > 0, "DepthwiseConv2d: kernel must be above 0");
    require<ValueError>(options.stride > 0, "DepthwiseConv2d: stride must be above 0");
  }
  static BasicDepthwiseConv2d from_options(const nlohmann::json& json) {
    return BasicDepthwiseConv2d(
        {.kernel = option<Index>(json, "kernel"),
         .stride = option<Index>(json, "stride"),
         .padding = option(json, "padding", {Padding::valid, Padding::same}),
         .bias = option<bool>(json, "bias"),
         .initialisation = option(json, "initialisation", {Initialisation::he, Initialisation::glorot})});
  }

  std::string_view kind() const noexcept override { return "depthwise_conv2d"; }
  nlohmann::json options() const override {
    return {{"kernel", options_.kernel},
            {"stride", options_.stride},
            {"padding", to_string(options_.padding)},
            {"bias", options_.bias},
            {"initialisation", to_string(options_.initialisation)}};
  }

  Shape build(const Shape& in, Rng& rng) override {
    const Index k = options_.kernel;
    const Index vertical = border(options_.padding, in.height, k, options_.stride);
    const Index horizontal = border(options_.padding, in.width, k, options_.stride);
    if (in.height + vertical < k || in.width + horizontal < k) {
      throw ShapeError("expected an input of at least " + std::to_string(k) + "x" + std::to_string(k) +
                       " for its kernel, got " + to_string(in));
    }
    const Shape out{(in.height + vertical - k) / options_.stride + 1, (in.width + horizontal - k) / options_.stride + 1,
                    in.channels};
    sizes_ = {in, out, k, options_.stride, vertical / 2, horizontal / 2};

    MatrixOf<S> weight(in.channels, k * k);
    initialise(weight, k * k, k * k, options_.initialisation, rng);
    this->parameters_ = {{"weight", Role::weight, {k, k, in.channels, 1}, std::move(weight)}};
    if (options_.bias) {
      this->parameters_.push_back({"bias", Role::offset, {in.channels}, MatrixOf<S>::Zero(in.channels, 1)});
    }
    return out;
  }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    const S* const bias = options_.bias ? this->parameters_[1].value.data() : nullptr;
    convolve(weight().data(), {.bias = bias}, x, y);
  }
  /// y = activation(convolution of x with `weights` + bias).
  void convolve(const S* weights, const kernels::Epilogue<S>& epilogue, const ConstMatrixRef<S>& x,
                MatrixRef<S>& y) const {
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::depthwise_convolve(sizes_, x.col(i).data(), weights, epilogue, y.col(i).data());
    }
  }

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const override {
    gradients[0].setZero();
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::add_depthwise_gradient(sizes_, x.col(i).data(), dy.col(i).data(), gradients[0].data());
    }
    if (options_.bias) {
      gradients[1].setZero();
      kernels::add_sums(dy.data(), dy.size() / sizes_.out.channels, sizes_.out.channels, gradients[1].data());
    }
    if (dx.cols() > 0) input_gradient(dy, dx, scratch);
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicDepthwiseConv2d>(*this); }

  /// channels x (kernel * kernel): in memory [ky][kx][channel].
  const MatrixOf<S>& weight() const noexcept { return this->parameters_[0].value; }

 private:
  enum Slot { turned_filters, spread_gradient };

  /// The gradient of the output, spread by the stride, convolved with the filters turned by 180 degrees.
  void input_gradient(const ConstMatrixRef<S>& dy, MatrixRef<S>& dx, Scratch<S>& scratch) const {
    auto turned = scratch.buffers[turned_filters].matrix(weight().rows(), weight().cols());
    turned = weight().rowwise().reverse();
    const Index stride = sizes_.stride;
    const Shape spread{(sizes_.out.height - 1) * stride + 1, (sizes_.out.width - 1) * stride + 1, sizes_.out.channels};
    const kernels::DepthwiseSizes back{
        spread, sizes_.in, sizes_.kernel, 1, sizes_.kernel - 1 - sizes_.top, sizes_.kernel - 1 - sizes_.left};
    for (Index i = 0; i < dy.cols(); ++i) {
      const S* gradient = dy.col(i).data();
      if (stride > 1) {
        S* const zeros_between = scratch.buffers[spread_gradient].matrix(spread.size(), 1).data();
        kernels::pad(gradient, sizes_.out, 0, 0, stride, spread, zeros_between);
        gradient = zeros_between;
      }
      kernels::depthwise_convolve<S>(back, gradient, turned.data(), {}, dx.col(i).data());
    }
  }

  DepthwiseConv2dOptions options_;
  kernels::DepthwiseSizes sizes_{};
};

using DepthwiseConv2d = BasicDepthwiseConv2d<float>;

}  // namespace inkling::inline INKLING_ABI::nn
