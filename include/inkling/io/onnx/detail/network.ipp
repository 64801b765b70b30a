#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/onnx/detail/network.hpp>
#include <inkling/nn/layers/convolution.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// [ky][kx][in][out] to [out][in][ky][kx]. weight: out x (ky * kx * in).
inline std::vector<float> onnx_filters(const Matrix& weight, Index kernel, Index channels) {
  std::vector<float> result;
  result.reserve(static_cast<std::size_t>(weight.size()));
  for (Index out = 0; out < weight.rows(); ++out) {
    for (Index in = 0; in < channels; ++in) {
      for (Index k = 0; k < kernel * kernel; ++k) result.push_back(weight(out, k * channels + in));
    }
  }
  return result;
}

/// Appends the operators of a network's layers to a graph as they say what they compute.
class OnnxNetwork final : public nn::Operations<float> {
 public:
  /// `prefix` comes before the number of each layer in the names of its constants.
  OnnxNetwork(OnnxGraph& graph, std::string prefix) : graph_(graph), prefix_(std::move(prefix)) {}

  void append(const nn::Network& network) {
    for (Index i = 0; i < network.size(); ++i) {
      name_ = prefix_ + std::to_string(i);
      out_ = network.output_shape(i);
      network.layer(i).describe(*this);
      graph_.set_shape(out_);
    }
  }

  void convolve(const nn::Layer& layer, const nn::BasicConvolution<float>& convolution) override {
    append_convolution(layer, convolution.sizes().kernel, convolution.sizes().stride, 1);
  }
  void convolve_channels(const nn::Layer& layer, const nn::kernels::DepthwiseSizes& sizes) override {
    append_convolution(layer, sizes.kernel, sizes.stride, out_.channels);
  }
  void multiply(const nn::Layer& layer) override {
    graph_.flatten();
    // As PyTorch writes it, [units][inputs], which is what OpenCV reads.
    const Matrix transposed = layer.parameters()[0].value.transpose();
    graph_.apply("Gemm",
                 {graph_.constant(name_ + ".weight", {transposed.cols(), transposed.rows()}, values_of(transposed)),
                  constant(layer, 1)},
                 {{"transB", std::int64_t{1}}});
  }
  void normalise(const nn::Layer& layer, double epsilon, const nn::Affine<float>&) override {
    // The operator's inputs come in our order.
    graph_.apply("BatchNormalization", {constant(layer, 0), constant(layer, 1), constant(layer, 2), constant(layer, 3)},
                 {{"epsilon", static_cast<float>(epsilon)}});
  }
  void rectify(const nn::Layer&) override { graph_.apply("Relu"); }
  void squash(const nn::Layer&) override { graph_.apply("Sigmoid"); }
  void take_maximum(const nn::Layer& layer, Index window, Index stride) override {
    require_pixels(layer);
    graph_.apply("MaxPool", {}, {{"kernel_shape", Integers{window, window}}, {"strides", Integers{stride, stride}}});
  }
  void take_mean(const nn::Layer&) override {
    if (!graph_.is_flat()) graph_.apply("GlobalAveragePool");
  }
  void flatten(const nn::Layer&) override { graph_.flatten(); }
  void pass(const nn::Layer&) override {}
  void add(const nn::Layer&, const nn::Network& path, const nn::Network* shortcut) override {
    const auto before = graph_.position();
    const std::string name = name_;
    OnnxNetwork(graph_, name + ".").append(path);
    const auto end = graph_.position();
    graph_.go_to(before);
    if (shortcut != nullptr) OnnxNetwork(graph_, name + ".shortcut.").append(*shortcut);
    if (end.flat && !graph_.is_flat()) graph_.flatten();
    graph_.apply("Add", {end.value});
  }
  /// Its dense layers are written as 1x1 convolutions, so that the gate stays [n, channels, 1, 1] and fits the pixels.
  void gate(const nn::Layer& layer, const nn::Network& gate) override {
    require_pixels(layer);
    const auto pixels = graph_.position();
    graph_.apply("GlobalAveragePool");
    for (const Index i : {0, 2}) {
      const auto parameters = gate.layer(i).parameters();
      const Matrix& weight = parameters[0].value;  // units x inputs
      const std::string prefix = name_ + "." + std::to_string(i);
      graph_.apply("Conv", {graph_.constant(prefix + ".weight", {weight.rows(), weight.cols(), 1, 1},
                                            onnx_filters(weight, 1, weight.cols())),
                            graph_.constant(prefix + ".bias", {weight.rows()}, values_of(parameters[1].value))});
      graph_.apply(i == 0 ? "Relu" : "Sigmoid");
    }
    graph_.apply("Mul", {pixels.value});
  }
  void other(const nn::Layer& layer) override {
    throw ValueError("export_onnx: layer " + name_ + " (" + std::string(layer.kind()) + ") has no counterpart in ONNX");
  }

 private:
  using Integers = OnnxAttribute::Integers;

  void require_pixels(const nn::Layer& layer) const {
    if (!graph_.is_flat()) return;
    throw ValueError("export_onnx: layer " + name_ + " (" + std::string(layer.kind()) +
                     ") after flatten is not supported");
  }

  /// A parameter as it is.
  std::string constant(const nn::Layer& layer, std::size_t parameter) {
    const nn::Parameter<float>& tensor = layer.parameters()[parameter];
    return graph_.constant(name_ + "." + tensor.name, tensor.dims, values_of(tensor.value));
  }

  /// `groups`: 1, or the number of channels for a depthwise convolution.
  void append_convolution(const nn::Layer& layer, Index kernel, Index stride, Index groups) {
    require_pixels(layer);
    const Shape in = graph_.shape();
    // The border of zeros around "same": as even as it can be, the odd row at the bottom. None around "valid".
    const Index vertical = std::max<Index>(0, (out_.height - 1) * stride + kernel - in.height);
    const Index horizontal = std::max<Index>(0, (out_.width - 1) * stride + kernel - in.width);
    const auto parameters = layer.parameters();
    const Index channels = in.channels / groups;
    std::vector<std::string> constants{graph_.constant(name_ + ".weight", {out_.channels, channels, kernel, kernel},
                                                       onnx_filters(parameters[0].value, kernel, channels))};
    if (parameters.size() > 1) {
      constants.push_back(graph_.constant(name_ + ".bias", {out_.channels}, values_of(parameters[1].value)));
    }
    graph_.apply(
        "Conv", constants,
        {{"kernel_shape", Integers{kernel, kernel}},
         {"strides", Integers{stride, stride}},
         {"group", std::int64_t{groups}},
         {"pads", Integers{vertical / 2, horizontal / 2, vertical - vertical / 2, horizontal - horizontal / 2}}});
  }

  OnnxGraph& graph_;
  std::string prefix_;
  std::string name_;  // of the layer at hand
  Shape out_;         // what it puts out
};

INKLING_INLINE void append_model(OnnxGraph& graph, const nn::NetworkClassifier& model) {
  graph.scale("pixel_scale", 1.0F / 255.0F);
  OnnxNetwork(graph, "").append(model.network());
  graph.flatten();
  if (model.temperature() != 1) graph.scale("inverse_temperature", 1.0F / model.temperature());
  graph.finish("Softmax", {{"axis", std::int64_t{1}}});
}

}  // namespace inkling::inline INKLING_ABI::detail
