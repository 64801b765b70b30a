#pragma once

#include <inkling/nn/inference/bf16.hpp>
#include <inkling/nn/inference/detail/fusion.hpp>
#include <inkling/nn/kernels/bf16.hpp>
#include <inkling/nn/kernels/convolution.hpp>

#include <memory>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

namespace detail {

/// Weights and numbers in bfloat16, sums in float.
class Bf16Product : public FusedProduct<float> {
 public:
  Bf16Product(const Layer& layer, const kernels::Bf16Sizes& sizes) : FusedProduct<float>(layer), sizes_(sizes) {}

 protected:
  void pack() override {
    packed_.resize(sizes_.packed_size());
    kernels::bf16_pack(sizes_, weights().data(), packed_.data());
  }

  kernels::Bf16Sizes sizes_;
  VectorOf<kernels::Bf16> packed_;
};

class Bf16Conv2d final : public Bf16Product {
 public:
  Bf16Conv2d(const Layer& layer, const BasicConvolution<float>& convolution)
      : Bf16Product(layer, bf16_sizes(convolution.sizes())), convolution_(convolution) {}

  std::string_view kind() const noexcept override { return "bf16_conv2d"; }
  void forward(const ConstMatrixRef<float>& x, MatrixRef<float> y, Scratch<float>& scratch, Mode) const override {
    const kernels::ConvolutionSizes& sizes = convolution_.sizes();
    kernels::Bf16* const padded = scratch.rounded.matrix(sizes.padded.size(), 1).data();
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::pad(x.col(i).data(), convolution_.in(), convolution_.top(), convolution_.left(), 1, sizes.padded,
                   padded);
      kernels::bf16_multiply(
          sizes_, packed_.data(), padded, [&](Index p) { return sizes.origin(p); }, epilogue(), y.col(i).data());
    }
  }
  std::unique_ptr<Layer> clone() const override { return std::make_unique<Bf16Conv2d>(*this); }

 private:
  static kernels::Bf16Sizes bf16_sizes(const kernels::ConvolutionSizes& sizes) noexcept {
    return {sizes.filters, sizes.out_pixels(), sizes.kernel, sizes.row_depth(),
            sizes.padded.width * sizes.padded.channels};
  }

  BasicConvolution<float> convolution_;
};

class Bf16Dense final : public Bf16Product {
 public:
  explicit Bf16Dense(const Layer& layer)
      : Bf16Product(layer, {layer.parameters()[0].value.rows(), 0, 1, layer.parameters()[0].value.cols(), 0}) {}

  std::string_view kind() const noexcept override { return "bf16_dense"; }
  void forward(const ConstMatrixRef<float>& x, MatrixRef<float> y, Scratch<float>& scratch, Mode) const override {
    auto rounded = scratch.rounded.matrix(x.rows(), x.cols());
    rounded = x.cast<kernels::Bf16>();
    kernels::Bf16Sizes sizes = sizes_;
    sizes.columns = x.cols();
    kernels::bf16_multiply(
        sizes, packed_.data(), rounded.data(), [&](Index j) { return j * x.rows(); }, epilogue(), y.data());
  }
  std::unique_ptr<Layer> clone() const override { return std::make_unique<Bf16Dense>(*this); }
};

/// Products whose depth is even: it is taken in pairs.
class Bf16Fusion final : public Fusion<float> {
 public:
  using Fusion<float>::Fusion;

  void convolve(const Layer& layer, const BasicConvolution<float>& convolution) override {
    if (convolution.sizes().row_depth() % 2 != 0) return Fusion<float>::convolve(layer, convolution);
    begin(std::make_unique<Bf16Conv2d>(layer, convolution));
  }
  void multiply(const Layer& layer) override {
    if (layer.parameters()[0].value.cols() % 2 != 0) return Fusion<float>::multiply(layer);
    begin(std::make_unique<Bf16Dense>(layer));
  }

 protected:
  Network inner(const Network& network) const override { return Bf16Fusion(network.input_shape()).run(network); }
};

}  // namespace detail

INKLING_INLINE Network fuse_bf16(const Network& network) {
  return detail::Bf16Fusion(network.input_shape()).run(network);
}

}  // namespace inkling::inline INKLING_ABI::nn
