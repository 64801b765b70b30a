#pragma once

#include <inkling/io/model/state_dict.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/recipes.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <pybind11/stl.h>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "models.hpp"
#include "training.hpp"

/// Networks, layer by layer.
namespace inkling::python {

inline StageOption option_of(const py::handle& value) {
  if (py::isinstance<py::bool_>(value)) return py::cast<bool>(value);
  if (py::isinstance<py::int_>(value)) return py::cast<Index>(value);
  if (py::isinstance<py::float_>(value)) return py::cast<double>(value);
  return py::cast<std::string>(value);
}

/// What a layer has where nothing is said; 1 where it must be said.
template <typename Layer>
StageOptions usual_options() {
  if constexpr (std::is_default_constructible_v<Layer>) {
    return Layer().options();
  } else if constexpr (requires { Layer({.units = 1}); }) {
    return Layer({.units = 1}).options();
  } else if constexpr (requires { Layer({.filters = 1}); }) {
    return Layer({.filters = 1}).options();
  } else {
    return Layer({}).options();
  }
}

/// The same by the name of the layer; none for a name that the library's table does not have.
template <template <typename> class... Layer>
StageOptions usual_options(nn::LayerList<Layer...> /*all*/, const std::string& kind) {
  StageOptions options;
  ((kind == Layer<float>::name && (options = usual_options<Layer<float>>(), true)) || ...);
  return options;
}

/// "relu", or ("conv2d", {"filters": 16}).
inline std::unique_ptr<nn::Layer> layer_of(const py::handle& entry) {
  if (py::isinstance<py::str>(entry)) {
    const auto kind = py::cast<std::string>(entry);
    return nn::LayerRegistry::standard().make(kind, usual_options(nn::AllLayers(), kind));
  }
  const auto [kind, given] = py::cast<std::pair<std::string, py::dict>>(entry);
  StageOptions options = usual_options(nn::AllLayers(), kind);
  for (const auto& [key, value] : given) {
    const auto name = py::cast<std::string>(key);
    const auto& known = options.entries();
    if (std::none_of(known.begin(), known.end(), [&](const auto& option) { return option.name == name; })) {
      throw ValueError("layer " + kind + ": there is no option '" + name + "'");
    }
    options.set(name, option_of(value));
  }
  return nn::LayerRegistry::standard().make(kind, options);
}

inline nn::Network network_of(const py::object& layers, const Shape& input, Index classes, std::uint64_t seed) {
  if (py::isinstance<py::str>(layers)) {
    const auto name = py::cast<std::string>(layers);
    if (name == "cnn") return nn::character_cnn(input, classes, seed);
    if (name == "mlp") return nn::mlp(input, classes, seed);
    if (name == "lenet") return nn::lenet(input, classes, seed);
    if (name == "vgg") return nn::vgg(input, classes, seed);
    throw ValueError("layers: expected cnn, mlp, lenet, vgg or a list of layers, got '" + name + "'");
  }
  nn::Network network(input, seed);
  for (const py::handle entry : layers) network.add(layer_of(entry));
  return network;
}

inline nn::Schedule schedule_of(const std::string& name) {
  if (name == "constant") return nn::constant();
  if (name == "one_cycle") return nn::one_cycle();
  if (name == "cosine") return nn::cosine();
  throw ValueError("schedule: expected constant, one_cycle or cosine, got '" + name + "'");
}

inline Network fit_network_model(const py::object& layers, const py::object& data, const std::optional<Labels>& labels,
                                 const std::optional<std::vector<std::string>>& class_names, Index epochs, Index batch,
                                 double learning_rate, double weight_decay, const std::string& schedule,
                                 double label_smoothing, double average, const std::optional<Dataset>& validation,
                                 Index patience, bool augment, std::uint64_t seed, int threads,
                                 const py::object& on_progress) {
  const Samples samples = samples_of(data, labels, class_names);
  const std::vector<Index> counts = samples.counts();
  nn::Network network = network_of(layers, samples.shape(), static_cast<Index>(counts.size()), seed);
  nn::NetworkOptions options{.optimizer = nn::AdamW{.learning_rate = learning_rate, .weight_decay = weight_decay},
                             .schedule = schedule_of(schedule),
                             .epochs = epochs,
                             .batch = batch,
                             .label_smoothing = label_smoothing,
                             .average = average,
                             .validation = validation,
                             .patience = patience,
                             .seed = seed,
                             .threads = threads,
                             .on_progress = asking(on_progress)};
  if (augment) options.augment = handwriting_variation();
  return unlocked([&] {
    auto trained = std::make_shared<nn::NetworkClassifier>(
        samples.images
            ? nn::fit_network(std::move(network), *samples.images, options)
            : nn::fit_network(std::move(network), samples.features, samples.labels, samples.class_names, options));
    return Network({std::move(trained), counts});
  });
}

inline Network network_from_state_dict(const py::object& layers, const std::array<Index, 3>& input_shape,
                                       const std::vector<std::string>& class_names, const Path& file,
                                       const std::map<std::string, std::string>& modules) {
  const Shape input{input_shape[0], input_shape[1], input_shape[2]};
  nn::Network network = network_of(layers, input, static_cast<Index>(class_names.size()), 1);
  network = with_state_dict(std::move(network), read_safetensors(file), {.modules = modules});
  return Network({std::make_shared<nn::NetworkClassifier>(std::move(network), class_names)});
}

inline py::dict parameters_of(const Network& network) {
  nn::Network copy = network.get().network();
  const std::vector<std::string> names = copy.parameter_names();
  const auto parameters = copy.parameters();
  py::dict result;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const std::vector<py::ssize_t> dims(parameters[p]->dims.begin(), parameters[p]->dims.end());
    result[py::str(names[p])] = as_array(Matrix(parameters[p]->value), dims);
  }
  return result;
}

}  // namespace inkling::python
