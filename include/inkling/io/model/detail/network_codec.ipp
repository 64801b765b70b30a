#pragma once

#include <inkling/io/detail/memory_limits.hpp>
#include <inkling/io/model/detail/network_codec.hpp>
#include <inkling/io/model/detail/weight_levels.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/nn/layers/residual.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE Architecture architecture_of(const nn::Network& network) {
  Architecture layers;
  for (Index i = 0; i < network.size(); ++i) layers.push_back(nn::description(network.layer(i)));
  return layers;
}

/// Biases and statistics are few and sensitive: only weights are ever shortened.
inline Storage storage_of(nn::Role role, Storage storage) {
  return role == nn::Role::weight ? storage : Storage::f32;
}

inline WeightLevels levels_of(const nn::Parameter<float>& weight) {
  return to_levels(weight.value, weight.dims.size() == 2);
}

INKLING_INLINE nn::Network stored_network(nn::Network network, Storage storage) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    nn::Parameter<float>& parameter = *parameters[p];
    const Storage kept = storage_of(parameter.role, storage);
    parameter.value = stored_values(parameter.value, kept == Storage::i8 ? Storage::f32 : kept, names[p]);
    if (kept == Storage::i8) parameter.value = levels_of(parameter).weights();
  }
  return network;
}

INKLING_INLINE void add_tensors(const nn::Network& network, Storage storage, const std::string& prefix,
                                std::map<std::string, Tensor>& tensors) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const nn::Parameter<float>& parameter = *parameters[p];
    const Storage kept = storage_of(parameter.role, storage);
    if (kept == Storage::i8) {
      add_levels(prefix + names[p], levels_of(parameter), tensors);
    } else {
      tensors[prefix + names[p]] = stored_tensor(parameter.value, parameter.dims, kept);
    }
  }
}

/// Layers allocate their weights when they are built. The sizes that they ask for are compared with the file first, so
/// that a damaged file cannot ask for much more memory than it has bytes.
class FileExpectations final : public nn::TensorExpectations {
 public:
  FileExpectations(const TensorReader& tensors, std::string prefix) : tensors_(tensors), prefix_(std::move(prefix)) {}

  void tensor(const std::string& name, const std::vector<Index>& dims) override {
    if (has_levels(prefix_ + name, tensors_)) return require_levels_fit(prefix_ + name, dims, tensors_);
    tensors_.check_dims(prefix_ + name, dims);
  }
  void output(const std::string& name, const Shape& shape) override { check_output(prefix_ + name, shape); }

  static void check_output(const std::string& name, const Shape& out) {
    if (out.height <= most_layer_values / out.width && out.pixels() <= most_layer_values / out.channels) return;
    throw FormatError("layer " + name + " puts out " + to_string(out) + ", more than the " +
                      std::to_string(most_layer_values) + " values that a file may ask for");
  }

 private:
  const TensorReader& tensors_;
  std::string prefix_;
};

INKLING_INLINE void take_parameters(nn::Network& network, const std::string& prefix, TensorReader& tensors) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    Matrix& value = parameters[p]->value;
    const std::string name = prefix + names[p];
    const std::span to(value.data(), static_cast<std::size_t>(value.size()));
    if (parameters[p]->role == nn::Role::weight && has_levels(name, tensors)) {
      take_levels(name, value.rows(), tensors, to);
    } else {
      tensors.take_finite(name, parameters[p]->dims, to);
    }
  }
}

/// The layers of a list, built for `input` and not yet filled.
inline nn::Network build_layers(const Shape& input, const Architecture& layers, const nn::LayerRegistry& registry,
                                const std::string& prefix, const TensorReader& tensors) {
  nn::Network network(input);
  for (const Stage& stage : layers) {
    const std::string name = prefix + std::to_string(network.size());
    std::unique_ptr<nn::Layer> layer = registry.make(stage.kind, stage.options);
    FileExpectations expected(tensors, name + ".");
    layer->expect_tensors(network.output_shape(), expected);
    network.add_to_fill(std::move(layer));
    FileExpectations::check_output(name, network.output_shape());
  }
  return network;
}

INKLING_INLINE nn::Network decode_network(const Shape& input, const Architecture& architecture,
                                          const nn::LayerRegistry& registry, const std::string& prefix,
                                          TensorReader& tensors) {
  nn::Network network = build_layers(input, architecture, registry, prefix, tensors);
  take_parameters(network, prefix, tensors);
  return network;
}

/// The values that all layers put out for one image, those within residual blocks among them.
inline double count_activations(const nn::Network& network) {
  double sum = 0;
  for (Index i = 0; i < network.size(); ++i) {
    sum += static_cast<double>(network.output_shape(i).size());
    const auto* const block = dynamic_cast<const nn::Residual*>(&network.layer(i));
    if (block != nullptr) sum += count_activations(*block->path());
  }
  return sum;
}

INKLING_INLINE void require_activations_fit(const nn::Network& network, Index images, std::size_t file_bytes) {
  constexpr double block = 32;  // images that are classified together
  const double bytes = sizeof(float) * std::min(block, static_cast<double>(images)) * count_activations(network);
  if (may_ask_for(bytes, file_bytes)) return;
  throw FormatError("its layers put out " + number_text(bytes) + " bytes for the self-test, more than a file of " +
                    std::to_string(file_bytes) + " bytes may ask for");
}

INKLING_INLINE Architecture architecture_of(const nn::NetworkClassifier& model) {
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
