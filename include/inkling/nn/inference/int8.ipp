#pragma once

#include <inkling/core/error.hpp>
#include <inkling/nn/inference/detail/fusion.hpp>
#include <inkling/nn/inference/int8.hpp>
#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/int8.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

namespace detail {

/// Bytes that a kernel may read behind its operand.
inline constexpr Index int8_read_behind = 3;

/// A buffer of floats as memory for `count` bytes, and those that are read behind them.
inline std::uint8_t* bytes_of(Buffer<float>& buffer, Index count) {
  constexpr Index in_a_float = sizeof(float);
  return reinterpret_cast<std::uint8_t*>(buffer.matrix((count + int8_read_behind) / in_a_float + 1, 1).data());
}

struct Int8Pool {
  Index window = 0;  // 0: none
  Index stride = 0;
  Shape in = {};
  Shape out = {};
};

/// A convolution or a dense layer of bytes, with what follows it. (Vectors of the standard library: each of Eigen's
/// types would cost those who compile it some hundred templates.)
struct Int8Step {
  kernels::Int8Sizes sizes{};
  bool is_dense = true;
  BasicConvolution<float> convolution = {};  // unless it is dense
  std::vector<std::int8_t> packed = {};
  std::vector<std::int32_t> start = {};
  std::vector<float> factor = {};
  Int8Pool pool = {};

  /// y: before the pooling.
  template <typename To>
  void multiply(const std::uint8_t* x, Index samples, Buffer<float>& memory, To* y) const {
    const kernels::Int8Epilogue epilogue{start.data(), factor.data()};
    if (is_dense) {
      kernels::Int8Sizes all = sizes;
      all.columns = samples;
      kernels::int8_multiply(
          all, packed.data(), x, [&](Index j) { return j * sizes.depth; }, epilogue, y);
      return;
    }
    const kernels::ConvolutionSizes& window = convolution.sizes();
    const Shape& in = convolution.in();
    for (Index i = 0; i < samples; ++i) {
      const std::uint8_t* image = x + i * in.size();
      if (window.padded != in) {
        std::uint8_t* const padded = bytes_of(memory, window.padded.size());
        kernels::pad(image, in, convolution.top(), convolution.left(), 1, window.padded, padded);
        image = padded;
      }
      kernels::int8_multiply(
          sizes, packed.data(), image, [&](Index p) { return window.origin(p); }, epilogue,
          y + i * convolution.out().size());
    }
  }
};

/// A whole network of bytes: floats go in, and come out of the last step.
class Int8Chain final : public FusedLayer<float> {
 public:
  /// `largest`: values of the largest activation of one sample.
  Int8Chain(std::vector<Int8Step> steps, Index largest) : steps_(std::move(steps)), largest_(largest) {}

  std::string_view kind() const noexcept override { return "int8_chain"; }
  void forward(const ConstMatrixRef<float>& x, MatrixRef<float> y, Scratch<float>& scratch, Mode) const override {
    std::uint8_t* from = bytes_of(scratch.buffers[first], largest_ * x.cols());
    std::uint8_t* to = bytes_of(scratch.buffers[second], largest_ * x.cols());
    round_input(x, from);
    for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
      steps_[i].multiply(from, x.cols(), scratch.buffers[padded], to);
      std::swap(from, to);
      const Int8Pool& pool = steps_[i].pool;
      if (pool.window == 0) continue;
      for (Index j = 0; j < x.cols(); ++j) {
        kernels::int8_max_pool(pool.in, pool.out, pool.window, pool.stride, from + j * pool.in.size(),
                               to + j * pool.out.size());
      }
      std::swap(from, to);
    }
    steps_.back().multiply(from, x.cols(), scratch.buffers[padded], y.data());
  }
  std::unique_ptr<Layer> clone() const override { return std::make_unique<Int8Chain>(*this); }

 private:
  enum Slot { first, second, padded };  // activations in turn, and one image with its border

  static void round_input(const ConstMatrixRef<float>& x, std::uint8_t* to) noexcept {
    constexpr float most = 255;
    const float* const values = x.data();
    for (Index i = 0; i < x.size(); ++i) {
      to[i] = static_cast<std::uint8_t>(std::clamp(std::rint(values[i] * most), 0.0F, most));
    }
  }

  std::vector<Int8Step> steps_;
  Index largest_;
};

/// Builds the steps of a chain as it listens to the layers of a network.
class Int8Fusion final : public Operations<float> {
 public:
  Int8Fusion(const Shape& input, std::span<const float> ranges) : ranges_(ranges), largest_(input.size()) {}

  Network run(const Network& network) {
    for (Index i = 0; i < network.size(); ++i) {
      number_ = i;
      output_ = network.output_shape(i);
      largest_ = std::max(largest_, output_.size());
      network.layer(i).describe(*this);
    }
    require<ValueError>(weights_ != nullptr, "fuse_int8: expected a network that ends in a convolution or dense layer");
    finish(1);
    if (used_ != ranges_.size()) fail_ranges();
    Network fused(network.input_shape());
    fused.add_built(std::make_unique<Int8Chain>(std::move(steps_), largest_), network.output_shape());
    return fused;
  }

  void convolve(const Layer& layer, const BasicConvolution<float>& convolution) override {
    begin(layer);
    const kernels::ConvolutionSizes& sizes = convolution.sizes();
    open_.is_dense = false;
    open_.convolution = convolution;
    open_.sizes = {sizes.filters, sizes.out_pixels(), sizes.kernel, sizes.row_depth(),
                   sizes.padded.width * sizes.padded.channels};
  }
  void multiply(const Layer& layer) override {
    begin(layer);
    open_.sizes = {weights_->rows(), 0, 1, weights_->cols(), 0};
  }
  void normalise(const Layer& layer, double, const Affine<float>& affine) override {
    if (weights_ == nullptr || folded_) return other(layer);
    for (std::size_t i = 0; i < bias_.size(); ++i) {
      const auto row = static_cast<Index>(i);
      factor_[i] = affine.factor(row);
      bias_[i] = bias_[i] * affine.factor(row) + affine.offset(row);
    }
    folded_ = true;
  }
  void rectify(const Layer& layer) override {
    if (weights_ == nullptr) return other(layer);
    if (used_ == ranges_.size() || !(ranges_[used_] > 0) || !std::isfinite(ranges_[used_])) fail_ranges();
    constexpr double levels = 255;
    finish(double{ranges_[used_++]} / levels);
  }
  void take_maximum(const Layer& layer, Index window, Index stride) override {
    if (weights_ != nullptr || steps_.empty() || steps_.back().pool.window != 0) return other(layer);
    steps_.back().pool = {window, stride, shape_, output_};
  }
  void flatten(const Layer& layer) override { pass(layer); }
  void pass(const Layer& layer) override {
    if (weights_ != nullptr) return other(layer);
  }
  void other(const Layer& layer) override {
    throw ValueError(
        "fuse_int8: expected a chain of convolutions and dense layers, each with a ReLU and perhaps one max "
        "pooling behind it, got layer " +
        std::to_string(number_) + " (" + std::string(layer.kind()) + ") in a place that has none");
  }

 private:
  void begin(const Layer& layer) {
    if (weights_ != nullptr) other(layer);
    open_ = {};
    weights_ = &layer.parameters()[0].value;
    if (weights_->cols() > kernels::int8_most_depth) {
      throw ValueError("fuse_int8: expected at most 65,000 weights an output, got " + std::to_string(weights_->cols()));
    }
    const auto outputs = static_cast<std::size_t>(weights_->rows());
    bias_.assign(outputs, 0);
    if (layer.parameters().size() > 1) std::copy_n(layer.parameters()[1].value.data(), outputs, bias_.data());
    factor_.assign(outputs, 1);
    folded_ = false;
    shape_ = output_;
  }

  /// `step`: of what it puts out; 1 for floats.
  void finish(double step) {
    const double round_up = step != 1 ? step / 2 : 0;
    const kernels::Int8Sizes& sizes = open_.sizes;
    const auto padded = static_cast<std::size_t>(sizes.padded_rows());
    open_.start.assign(padded, 0);
    open_.factor.assign(padded, 0);
    std::vector<float> largest(bias_.size());  // weight of each output, before it is scaled
    for (Index k = 0; k < weights_->cols(); ++k) {
      const float* const column = weights_->data() + k * weights_->rows();
      for (std::size_t i = 0; i < largest.size(); ++i) largest[i] = std::max(largest[i], std::abs(column[i]));
    }
    std::vector<float> levels_a_weight(largest.size());
    for (std::size_t i = 0; i < largest.size(); ++i) {
      // A row of weights that are small beside the bias is held coarser, so that the bias fits.
      constexpr double largest_start = 1 << 24;
      constexpr double largest_level = 127;
      const double offset = bias_[i] + round_up;
      const double scale = factor_[i];
      const double weight_step = std::max({std::abs(scale) * double{largest[i]} / largest_level,
                                           std::abs(offset) / (input_step_ * largest_start), 1e-30});
      levels_a_weight[i] = static_cast<float>(scale / weight_step);
      open_.start[i] = static_cast<std::int32_t>(std::rint(offset / (input_step_ * weight_step)));
      open_.factor[i] = static_cast<float>(input_step_ * weight_step / step);
      require<ValueError>(std::isfinite(open_.factor[i]) && std::isfinite(levels_a_weight[i]),
                          "fuse_int8: expected weights that fit a float times the input");
    }
    open_.packed.resize(static_cast<std::size_t>(sizes.packed_size()));
    kernels::int8_pack(sizes, levels(levels_a_weight).data(), open_.packed.data());
    steps_.push_back(std::move(open_));
    weights_ = nullptr;
    input_step_ = step;
  }

  std::vector<std::int8_t> levels(const std::vector<float>& levels_a_weight) const {
    std::vector<std::int8_t> result(static_cast<std::size_t>(weights_->size()));
    const float* from = weights_->data();
    std::int8_t* to = result.data();
    const std::size_t outputs = levels_a_weight.size();
    for (Index k = 0; k < weights_->cols(); ++k, from += outputs, to += outputs) {
      for (std::size_t i = 0; i < outputs; ++i)
        to[i] = static_cast<std::int8_t>(std::rint(from[i] * levels_a_weight[i]));
    }
    return result;
  }

  [[noreturn]] void fail_ranges() const {
    throw ValueError("fuse_int8: expected a range above 0 for each ReLU, got " + std::to_string(ranges_.size()) +
                     " ranges, or one that is not");
  }

  std::span<const float> ranges_;
  std::size_t used_ = 0;
  std::vector<Int8Step> steps_;
  Int8Step open_;
  const Matrix* weights_ = nullptr;  // of the step that is open; outputs x depth
  std::vector<float> factor_;        // of a batch norm: what its weights are multiplied by
  std::vector<float> bias_;
  bool folded_ = false;
  double input_step_ = 1.0 / 255;
  Shape shape_;   // of what the last product puts out
  Shape output_;  // of the layer that speaks
  Index number_ = 0;
  Index largest_;
};

/// Whether a layer is a ReLU.
class ReluListener final : public Operations<float> {
 public:
  void rectify(const Layer&) override { heard = true; }
  void other(const Layer&) override {}

  bool heard = false;
};

}  // namespace detail

INKLING_INLINE std::vector<float> activation_ranges(const Network& network, const ConstMatrixRef<float>& inputs) {
  constexpr Index block = 32;
  std::vector<float> ranges;
  for (Index first = 0; first < inputs.cols(); first += block) {
    const Index count = std::min(block, inputs.cols() - first);
    Matrix values(inputs.rows(), count);
    for (Index j = 0; j < count; ++j) std::copy_n(inputs.col(first + j).data(), inputs.rows(), values.col(j).data());
    std::size_t relu = 0;
    for (Index i = 0; i < network.size(); ++i) {
      Scratch<float> scratch;
      Matrix next(network.output_shape(i).size(), values.cols());
      network.layer(i).forward(values, next, scratch, Mode::inference);
      values.swap(next);
      detail::ReluListener listener;
      network.layer(i).describe(listener);
      if (!listener.heard) continue;
      if (relu == ranges.size()) ranges.push_back(0);
      ranges[relu] = std::max(ranges[relu], *std::max_element(values.data(), values.data() + values.size()));
      ++relu;
    }
  }
  return ranges;
}

INKLING_INLINE Network fuse_int8(const Network& network, std::span<const float> ranges) {
  return detail::Int8Fusion(network.input_shape(), ranges).run(network);
}

}  // namespace inkling::inline INKLING_ABI::nn
