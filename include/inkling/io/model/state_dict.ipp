#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/model/state_dict.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/nn/layers/convolution.hpp>
#include <inkling/nn/operations.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// Takes the tensors of a state dict as the layers of a network say what they compute.
class StateDict final : public nn::Operations<float> {
 public:
  StateDict(TensorReader& tensors, const StateDictOptions& options) : tensors_(tensors), options_(options) {}

  /// `prefix`: before the numbers of the layers.
  void take(const nn::Network& network, const std::string& prefix = "") {
    Shape in = network.input_shape();
    for (Index i = 0; i < network.size(); ++i) {
      name_ = prefix + std::to_string(i);
      in_ = in;
      network.layer(i).describe(*this);
      in = network.output_shape(i);
    }
  }

  /// By the names of parameters: "3.weight".
  const std::map<std::string, Matrix>& values() const noexcept { return values_; }

  void convolve(const nn::Layer& layer, const nn::BasicConvolution<float>& convolution) override {
    take_filters(layer, convolution.sizes().kernel, in_.channels);
  }
  void convolve_channels(const nn::Layer& layer, const nn::kernels::DepthwiseSizes& sizes) override {
    take_filters(layer, sizes.kernel, 1);
  }
  void multiply(const nn::Layer& layer) override {
    const Matrix& ours = layer.parameters()[0].value;  // units x inputs
    const std::vector<float> theirs = take_tensor("weight", {ours.rows(), ours.cols()});
    Matrix weight(ours.rows(), ours.cols());
    for (Index i = 0; i < weight.cols(); ++i) {
      const Index place = place_of(i);
      for (Index unit = 0; unit < weight.rows(); ++unit) {
        weight(unit, i) = theirs[static_cast<std::size_t>(unit * weight.cols() + place)];
      }
    }
    values_[name_ + ".weight"] = std::move(weight);
    flattened_.reset();
    take_vector("bias", "bias", ours.rows());
  }
  void normalise(const nn::Layer& layer, double, const nn::Affine<float>&) override {
    const Index channels = layer.parameters()[0].value.size();
    take_vector("scale", "weight", channels);
    take_vector("shift", "bias", channels);
    take_vector("running_mean", "running_mean", channels);
    take_vector("running_variance", "running_var", channels);
    const std::string counter = module() + ".num_batches_tracked";
    if (tensors_.has(counter)) tensors_.take<std::int64_t>(counter, {});
  }
  void rectify(const nn::Layer&) override {}
  void squash(const nn::Layer&) override {}
  void take_maximum(const nn::Layer&, Index, Index) override {}
  void take_mean(const nn::Layer&) override { flattened_.reset(); }
  void flatten(const nn::Layer&) override {
    if (in_.pixels() > 1 && in_.channels > 1) flattened_ = in_;
  }
  void pass(const nn::Layer&) override {}
  void add(const nn::Layer&, const nn::Network& path, const nn::Network* shortcut) override {
    const std::string name = name_;
    const std::optional<Shape> before = flattened_;
    if (shortcut != nullptr) take(*shortcut, name + ".shortcut.");
    flattened_ = before;
    take(path, name + ".");
  }
  void gate(const nn::Layer&, const nn::Network& gate) override {
    const std::string name = name_;
    for (const Index i : {0, 2}) {
      name_ = name + "." + std::to_string(i);
      multiply(gate.layer(i));
    }
  }
  void other(const nn::Layer& layer) override {
    throw FormatError("layer " + name_ + " (" + std::string(layer.kind()) + ") has no counterpart in PyTorch");
  }

 private:
  std::string module() const {
    const auto found = options_.modules.find(name_);
    return found == options_.modules.end() ? name_ : found->second;
  }

  std::vector<float> take_tensor(const std::string& tensor, const std::vector<Index>& dims) {
    return tensors_.take_finite(module() + "." + tensor, dims);
  }

  /// [out][in][ky][kx] to [ky][kx][in][out].
  void take_filters(const nn::Layer& layer, Index kernel, Index channels) {
    const Matrix& ours = layer.parameters()[0].value;  // filters x (kernel * kernel * channels)
    const std::vector<float> theirs = take_tensor("weight", {ours.rows(), channels, kernel, kernel});
    Matrix weight(ours.rows(), ours.cols());
    std::size_t next = 0;
    for (Index out = 0; out < weight.rows(); ++out) {
      for (Index in = 0; in < channels; ++in) {
        for (Index k = 0; k < kernel * kernel; ++k) weight(out, k * channels + in) = theirs[next++];
      }
    }
    values_[name_ + ".weight"] = std::move(weight);
    if (layer.parameters().size() > 1) take_vector("bias", "bias", ours.rows());
  }

  void take_vector(const std::string& ours, const std::string& theirs, Index size) {
    const std::vector<float> values = take_tensor(theirs, {size});
    Matrix result(size, 1);
    for (Index i = 0; i < size; ++i) result(i, 0) = values[static_cast<std::size_t>(place_of(i))];
    values_[name_ + "." + ours] = std::move(result);
  }

  /// Where PyTorch has our value i: with the channel slowest, where the values were flattened from an image.
  Index place_of(Index i) const {
    if (!flattened_) return i;
    return i % flattened_->channels * flattened_->pixels() + i / flattened_->channels;
  }

  TensorReader& tensors_;
  const StateDictOptions& options_;
  std::map<std::string, Matrix> values_;
  std::string name_;  // of the layer at hand
  Shape in_;          // what it takes
  std::optional<Shape> flattened_ = {};
};

}  // namespace detail

INKLING_INLINE nn::Network with_state_dict(nn::Network network, const Safetensors& file,
                                           const StateDictOptions& options) {
  TensorReader tensors(file.tensors);
  detail::StateDict taken(tensors, options);
  taken.take(network);
  tensors.finish();
  const std::vector<std::string> names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) parameters[p]->value = taken.values().at(names[p]);
  return network;
}

}  // namespace inkling::inline INKLING_ABI
