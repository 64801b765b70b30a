#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/onnx/detail/network.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>
#include <inkling/nn/option.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
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

/// `groups`: 1, or the number of channels for a depthwise convolution.
inline void append_convolution(OnnxGraph& graph, const nn::Layer& layer, const std::string& name, const Shape& out,
                               Index groups) {
  const nlohmann::json options = layer.options();
  const auto kernel = nn::option<Index>(options, "kernel");
  const auto stride = nn::option<Index>(options, "stride");
  const Shape in = graph.shape();
  // The border of zeros around "same": as even as it can be, the odd row at the bottom. None around "valid".
  const Index vertical = std::max<Index>(0, (out.height - 1) * stride + kernel - in.height);
  const Index horizontal = std::max<Index>(0, (out.width - 1) * stride + kernel - in.width);
  using Integers = OnnxAttribute::Integers;
  const auto parameters = layer.parameters();
  std::vector<std::string> constants{graph.constant(name + ".weight",
                                                    {out.channels, in.channels / groups, kernel, kernel},
                                                    onnx_filters(parameters[0].value, kernel, in.channels / groups))};
  if (parameters.size() > 1) {
    constants.push_back(graph.constant(name + ".bias", {out.channels}, values_of(parameters[1].value)));
  }
  graph.apply("Conv", constants,
              {{"kernel_shape", Integers{kernel, kernel}},
               {"strides", Integers{stride, stride}},
               {"group", std::int64_t{groups}},
               {"pads", Integers{vertical / 2, horizontal / 2, vertical - vertical / 2, horizontal - horizontal / 2}}});
}

inline void append_network(OnnxGraph& graph, const nn::Network& network, const std::string& prefix);

inline void append_residual(OnnxGraph& graph, const nn::Residual& block, const std::string& name) {
  const auto before = graph.position();
  append_network(graph, *block.path(), name + ".");
  const auto path = graph.position();
  graph.go_to(before);
  if (block.shortcut() != nullptr) append_network(graph, *block.shortcut(), name + ".shortcut.");
  if (path.flat && !graph.is_flat()) graph.flatten();
  graph.apply("Add", {path.value});
}

/// Its dense layers are written as 1x1 convolutions, so that the gate stays [n, channels, 1, 1] and fits the pixels.
inline void append_squeeze_excite(OnnxGraph& graph, const nn::SqueezeExcite& layer, const std::string& name) {
  const auto pixels = graph.position();
  graph.apply("GlobalAveragePool");
  for (const Index i : {0, 2}) {
    const auto parameters = layer.gate().layer(i).parameters();
    const Matrix& weight = parameters[0].value;  // units x inputs
    const std::string prefix = name + "." + std::to_string(i);
    graph.apply("Conv", {graph.constant(prefix + ".weight", {weight.rows(), weight.cols(), 1, 1},
                                        onnx_filters(weight, 1, weight.cols())),
                         graph.constant(prefix + ".bias", {weight.rows()}, values_of(parameters[1].value))});
    graph.apply(i == 0 ? "Relu" : "Sigmoid");
  }
  graph.apply("Mul", {pixels.value});
}

/// Throws ValueError for a kind of layer that has no counterpart here.
inline void append_layer(OnnxGraph& graph, const nn::Layer& layer, const std::string& name, const Shape& out) {
  using Integers = OnnxAttribute::Integers;
  const std::string_view kind = layer.kind();
  const auto parameters = layer.parameters();
  if (graph.is_flat() &&
      (kind == "conv2d" || kind == "depthwise_conv2d" || kind == "max_pool2d" || kind == "squeeze_excite")) {
    throw ValueError("export_onnx: layer " + name + " (" + std::string(kind) + ") after flatten is not supported");
  }
  if (kind == "conv2d") {
    append_convolution(graph, layer, name, out, 1);
  } else if (kind == "depthwise_conv2d") {
    append_convolution(graph, layer, name, out, out.channels);
  } else if (kind == "max_pool2d") {
    const auto window = nn::option<Index>(layer.options(), "window");
    const auto stride = nn::option<Index>(layer.options(), "stride");
    graph.apply("MaxPool", {}, {{"kernel_shape", Integers{window, window}}, {"strides", Integers{stride, stride}}});
  } else if (kind == "batch_norm") {
    std::vector<std::string> constants;  // in the order of the operator's inputs, which is ours
    for (const char* const constant : {".scale", ".shift", ".running_mean", ".running_variance"}) {
      const auto& parameter = parameters[constants.size()];
      constants.push_back(graph.constant(name + constant, parameter.dims, values_of(parameter.value)));
    }
    const auto epsilon = static_cast<float>(nn::option<double>(layer.options(), "epsilon"));
    graph.apply("BatchNormalization", constants, {{"epsilon", epsilon}});
  } else if (const auto* const block = dynamic_cast<const nn::Residual*>(&layer)) {
    append_residual(graph, *block, name);
  } else if (kind == "global_average_pool") {
    if (!graph.is_flat()) graph.apply("GlobalAveragePool");
  } else if (kind == "relu") {
    graph.apply("Relu");
  } else if (kind == "sigmoid") {
    graph.apply("Sigmoid");
  } else if (const auto* const scale = dynamic_cast<const nn::SqueezeExcite*>(&layer)) {
    append_squeeze_excite(graph, *scale, name);
  } else if (kind == "flatten") {
    graph.flatten();
  } else if (kind == "dense") {
    graph.flatten();
    graph.apply("Gemm", {graph.constant(name + ".weight", parameters[0].dims, values_of(parameters[0].value)),
                         graph.constant(name + ".bias", parameters[1].dims, values_of(parameters[1].value))});
  } else if (kind != "dropout") {  // which does nothing to a trained network
    throw ValueError("export_onnx: layer " + name + " (" + std::string(kind) + ") has no counterpart in ONNX");
  }
  graph.set_shape(out);
}

/// `prefix` comes before the number of each layer in the names of its constants.
inline void append_network(OnnxGraph& graph, const nn::Network& network, const std::string& prefix) {
  for (Index i = 0; i < network.size(); ++i) {
    append_layer(graph, network.layer(i), prefix + std::to_string(i), network.output_shape(i));
  }
}

INKLING_INLINE void append_model(OnnxGraph& graph, const nn::NetworkClassifier& model) {
  graph.scale("pixel_scale", 1.0F / 255.0F);
  append_network(graph, model.network(), "");
  graph.flatten();
  if (model.temperature() != 1) graph.scale("inverse_temperature", 1.0F / model.temperature());
  graph.finish("Softmax", {{"axis", std::int64_t{1}}});
}

}  // namespace inkling::inline INKLING_ABI::detail
