#pragma once

#include <inkling/io/model/detail/network_codec.hpp>
#include <inkling/nn/option.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Most values that a layer read from a file may put out for one image.
inline constexpr Index max_activation = Index{1} << 24;

INKLING_INLINE nlohmann::json architecture_of(const nn::Network& network) {
  nlohmann::json layers = nlohmann::json::array();
  for (Index i = 0; i < network.size(); ++i) {
    layers.push_back(nn::description(network.layer(i)));
  }
  return layers;
}

/// Biases and statistics are few and sensitive: only weights are ever shortened.
inline Storage storage_of(nn::Role role, Storage storage) {
  return role == nn::Role::weight ? storage : Storage::f32;
}

INKLING_INLINE nn::Network stored_network(nn::Network network, Storage storage) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    parameters[p]->value = stored_values(parameters[p]->value, storage_of(parameters[p]->role, storage), names[p]);
  }
  return network;
}

INKLING_INLINE void add_tensors(const nn::Network& network, Storage storage, const std::string& prefix,
                                std::map<std::string, Tensor>& tensors) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const nn::Parameter<float>& parameter = *parameters[p];
    tensors[prefix + names[p]] = stored_tensor(parameter.value, parameter.dims, storage_of(parameter.role, storage));
  }
}

/// Layers allocate their weights when they are built. The sizes that they ask for are compared with the file first, so
/// that a damaged file cannot ask for much more memory than it has bytes.
inline void check_weights(const std::string& kind, const nlohmann::json& options, const Shape& in,
                          const std::string& prefix, const TensorReader& tensors) {
  const auto check = [&](const char* name, const std::vector<Index>& dims) { tensors.check_dims(prefix + name, dims); };
  if (kind == "dense") {
    check("weight", {in.channels, nn::option<Index>(options, "units")});
  } else if (kind == "conv2d") {
    const auto kernel = nn::option<Index>(options, "kernel");
    check("weight", {kernel, kernel, in.channels, nn::option<Index>(options, "filters")});
  } else if (kind == "depthwise_conv2d") {
    const auto kernel = nn::option<Index>(options, "kernel");
    check("weight", {kernel, kernel, in.channels, 1});
  } else if (kind == "squeeze_excite") {
    check("0.weight", {in.channels, nn::option<Index>(options, "units")});
  } else if (kind == "batch_norm") {
    check("scale", {in.channels});
  }
}

INKLING_INLINE void take_parameters(nn::Network& network, const std::string& prefix, TensorReader& tensors) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const std::vector<float> values = tensors.take_finite(prefix + names[p], parameters[p]->dims);
    std::copy(values.begin(), values.end(), parameters[p]->value.data());
  }
}

/// The layers of a list, built for `input` and not yet filled. Throws an Error, or an exception of nlohmann::json.
inline nn::Network build_layers(const Shape& input, const nlohmann::json& layers, const nn::LayerRegistry& registry,
                                const std::string& prefix, const TensorReader& tensors) {
  if (!layers.is_array()) throw FormatError("expected a list of layers as architecture");
  nn::Network network(input);
  for (const nlohmann::json& layer : layers) {
    const auto kind = layer.at("kind").get<std::string>();
    const nlohmann::json& options = layer.at("options");
    const Shape in = network.output_shape();
    const std::string name = prefix + std::to_string(network.size());
    if (kind == "residual") {
      // Built once by itself, where each of its layers is checked before the next: then it can be built as a whole.
      const Shape out = build_layers(in, options.at("layers"), registry, name + ".", tensors).output_shape();
      if (out != in)
        tensors.check_dims(name + ".shortcut.0.weight", std::vector<Index>{1, 1, in.channels, out.channels});
    } else {
      check_weights(kind, options, in, name + ".", tensors);
    }
    network.add(registry.make(kind, options));
    const Shape& out = network.output_shape();
    if (out.height > max_activation / out.width || out.pixels() > max_activation / out.channels) {
      throw FormatError("layer " + name + " puts out " + to_string(out) + ", more than the " +
                        std::to_string(max_activation) + " values that a file may ask for");
    }
  }
  return network;
}

INKLING_INLINE nn::Network decode_network(const Shape& input, const nlohmann::json& architecture,
                                          const nn::LayerRegistry& registry, const std::string& prefix,
                                          TensorReader& tensors) {
  nn::Network network = build_layers(input, architecture, registry, prefix, tensors);
  take_parameters(network, prefix, tensors);
  return network;
}

INKLING_INLINE nlohmann::json architecture_of(const nn::NetworkClassifier& model) {
  return architecture_of(model.network());
}

INKLING_INLINE nn::NetworkClassifier stored_model(const nn::NetworkClassifier& model, Storage storage) {
  nn::NetworkClassifier stored(stored_network(model.network(), storage), model.class_names());
  stored.set_temperature(model.temperature());
  return stored;
}

INKLING_INLINE void add_tensors(const nn::NetworkClassifier& model, Storage storage,
                                std::map<std::string, Tensor>& tensors) {
  add_tensors(model.network(), storage, "", tensors);
}

}  // namespace inkling::inline INKLING_ABI::detail
