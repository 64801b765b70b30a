#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/kernels/depthwise.hpp>
#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/layers/convolution.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/operations.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn::detail {

/// A layer with what follows it, in one pass. It cannot be trained, saved or exported: a network holds it for inference
/// alone.
template <typename S>
class FusedLayer : public BasicLayer<S> {
 public:
  /// Takes in a batch norm that follows. False when it cannot.
  virtual bool fold(const Affine<S>&) { return false; }
  /// Takes in a ReLU that follows.
  void rectify() noexcept { relu_ = true; }
  /// Nothing more follows.
  virtual void finish() {}

  Shape build(const Shape&, Rng&) final {
    throw Error("fuse: a fused layer is built from another and has no other place");
  }

 protected:
  bool relu_ = false;
};

/// A product with weights, whose rows a batch norm scales.
template <typename S>
class FusedProduct : public FusedLayer<S> {
 public:
  /// A bias of zeros where the layer has none.
  explicit FusedProduct(const BasicLayer<S>& layer) : given_(&layer.parameters()[0].value) {
    factor_ = VectorOf<S>::Ones(given_->rows());
    bias_ = VectorOf<S>::Zero(given_->rows());
    if (layer.parameters().size() > 1) bias_ = layer.parameters()[1].value;
  }

  bool fold(const Affine<S>& affine) final {
    factor_ = affine.factor;
    for (Index i = 0; i < bias_.size(); ++i) bias_(i) = bias_(i) * affine.factor(i) + affine.offset(i);
    return true;
  }

  void finish() final {
    pack();
    given_ = nullptr;
  }

 protected:
  /// Keeps the weights as forward wants them.
  virtual void pack() = 0;

  /// Only in pack(), for both: weights are outputs x depth, scaled where a batch norm asks for it.
  Index depth() const noexcept { return given_->cols(); }
  MatrixOf<S> weights(Index first, Index columns) const {
    return factor_.asDiagonal() * given_->middleCols(first, columns);
  }
  MatrixOf<S> weights() const { return weights(0, depth()); }

  kernels::Epilogue<S> epilogue() const noexcept { return {.bias = bias_.data(), .relu = this->relu_}; }

  VectorOf<S> bias_;

 private:
  const MatrixOf<S>* given_;  // of the layer that is fused; null once they are packed
  VectorOf<S> factor_;        // of each row
};

template <typename S>
class FusedConv2d final : public FusedProduct<S> {
 public:
  FusedConv2d(const BasicLayer<S>& layer, const BasicConvolution<S>& convolution)
      : FusedProduct<S>(layer), convolution_(convolution) {}

  std::string_view kind() const noexcept override { return "fused_conv2d"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override {
    convolution_.forward(packed_.data(), this->epilogue(), x, y, scratch);
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedConv2d>(*this); }

 private:
  void pack() override {
    packed_.resize(convolution_.packed_size());
    convolution_.pack(this->weights().data(), packed_.data());
  }

  BasicConvolution<S> convolution_;
  VectorOf<S> packed_;
};

template <typename S>
class FusedDense final : public FusedProduct<S> {
 public:
  using FusedProduct<S>::FusedProduct;

  std::string_view kind() const noexcept override { return "fused_dense"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    kernels::multiply_packed(y.rows(), y.cols(), x.rows(), packed_.data(), kernels::plain<S>(x), y.data(),
                             y.outerStride());
    kernels::add_bias(this->bias_.data(), y.rows(), y.cols(), this->relu_, y.data());
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedDense>(*this); }

 private:
  /// Block by block: the weights of a dense layer are many, and memory that was never used before costs time.
  void pack() override {
    const Index rows = this->bias_.size();
    packed_.resize(kernels::packed_size<S>(rows, this->depth()));
    S* packed = packed_.data();
    for (Index k = 0; k < this->depth(); k += kernels::gemm_depth_block) {
      const MatrixOf<S> block = this->weights(k, std::min(kernels::gemm_depth_block, this->depth() - k));
      kernels::pack_matrix<S>(rows, block.cols(), {block.data(), 1, rows}, packed);
      packed += kernels::packed_size<S>(rows, block.cols());
    }
  }

  VectorOf<S> packed_;
};

template <typename S>
class FusedDepthwiseConv2d final : public FusedProduct<S> {
 public:
  FusedDepthwiseConv2d(const BasicLayer<S>& layer, const kernels::DepthwiseSizes& sizes)
      : FusedProduct<S>(layer), sizes_(sizes) {}

  std::string_view kind() const noexcept override { return "fused_depthwise_conv2d"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::depthwise_convolve(sizes_, x.col(i).data(), weight_.data(), this->epilogue(), y.col(i).data());
    }
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedDepthwiseConv2d>(*this); }

 private:
  void pack() override { weight_ = this->weights(); }

  kernels::DepthwiseSizes sizes_;
  MatrixOf<S> weight_;  // channels x taps
};

/// A residual block of fused networks, with the ReLU after it.
template <typename S>
class FusedResidual final : public FusedLayer<S> {
 public:
  FusedResidual(BasicNetwork<S> path, std::optional<BasicNetwork<S>> shortcut)
      : path_(std::move(path)), shortcut_(std::move(shortcut)) {}

  std::string_view kind() const noexcept override { return "fused_residual"; }
  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const override {
    if (scratch.nested.size() < 2) scratch.nested.resize(2);
    const auto path = path_.forward(x, scratch.nested[0]);
    const S* const shortcut = shortcut_ ? shortcut_->forward(x, scratch.nested[1]).data() : x.data();
    kernels::add(path.data(), shortcut, y.size(), this->relu_, y.data());
  }
  void append_parameters(std::vector<const Parameter<S>*>& all) const override {
    path_.append_parameters(all);
    if (shortcut_) shortcut_->append_parameters(all);
  }
  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<FusedResidual>(*this); }

 private:
  BasicNetwork<S> path_;
  std::optional<BasicNetwork<S>> shortcut_;  // empty where it is the identity
};

/// Builds the fused network as it listens to the layers of another.
template <typename S>
class Fusion : public Operations<S> {
 public:
  explicit Fusion(const Shape& input) : fused_(input) {}
  virtual ~Fusion() = default;

  BasicNetwork<S> run(const BasicNetwork<S>& network) {
    for (Index i = 0; i < network.size(); ++i) {
      next_output_ = network.output_shape(i);
      network.layer(i).describe(*this);
    }
    flush();
    return std::move(fused_);
  }

  void convolve(const BasicLayer<S>& layer, const BasicConvolution<S>& convolution) override {
    begin(std::make_unique<FusedConv2d<S>>(layer, convolution));
  }
  void convolve_channels(const BasicLayer<S>& layer, const kernels::DepthwiseSizes& sizes) override {
    begin(std::make_unique<FusedDepthwiseConv2d<S>>(layer, sizes));
  }
  void multiply(const BasicLayer<S>& layer) override { begin(std::make_unique<FusedDense<S>>(layer)); }
  void normalise(const BasicLayer<S>& layer, double, const Affine<S>& affine) override {
    if (!open_ || folded_ || !open_->fold(affine)) return other(layer);
    folded_ = true;
  }
  void rectify(const BasicLayer<S>& layer) override {
    if (!open_) return other(layer);
    open_->rectify();
    flush();
  }
  void add(const BasicLayer<S>&, const BasicNetwork<S>& path, const BasicNetwork<S>* shortcut) override {
    std::optional<BasicNetwork<S>> fused_shortcut;
    if (shortcut != nullptr) fused_shortcut = inner(*shortcut);
    begin(std::make_unique<FusedResidual<S>>(inner(path), std::move(fused_shortcut)));
  }
  void other(const BasicLayer<S>& layer) override {
    flush();
    fused_.add_built(layer.clone(), next_output_);
  }

 protected:
  /// What makes the networks within a layer.
  virtual BasicNetwork<S> inner(const BasicNetwork<S>& network) const {
    return Fusion(network.input_shape()).run(network);
  }

  void begin(std::unique_ptr<FusedLayer<S>> layer) {
    flush();
    open_ = std::move(layer);
    open_output_ = next_output_;
    folded_ = false;
  }

 private:
  void flush() {
    if (!open_) return;
    open_->finish();
    fused_.add_built(std::move(open_), open_output_);
    open_.reset();
  }

  BasicNetwork<S> fused_;
  std::unique_ptr<FusedLayer<S>> open_;  // may yet take in what follows
  Shape open_output_;
  Shape next_output_;
  bool folded_ = false;
};

}  // namespace inkling::inline INKLING_ABI::nn::detail
