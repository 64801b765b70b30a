#pragma once

#include <inkling/forest/random_forest.hpp>
#include <inkling/io/model/class_counts.hpp>
#include <inkling/io/model/familiarity_note.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "loaded_model.hpp"

/// The models as Python has them, and what they say of arrays.
namespace inkling::python {

struct Model : bindings::LoadedModel {
  Model(bindings::LoadedModel loaded, Notes their_notes = {})
      : bindings::LoadedModel(std::move(loaded)), notes(std::move(their_notes)) {}

  Notes notes;
};

struct Network : Model {
  using Model::Model;
  const nn::NetworkClassifier& get() const { return dynamic_cast<const nn::NetworkClassifier&>(*model); }
};

struct Svm : Model {
  using Model::Model;
  const LinearSvm& get() const { return dynamic_cast<const LinearSvm&>(*model); }
};

struct Forest : Model {
  using Model::Model;
  const RandomForest& get() const { return dynamic_cast<const RandomForest&>(*model); }
};

inline py::object as_object(bindings::LoadedModel loaded, Notes notes = {}) {
  const std::string_view kind = loaded.model->kind();
  if (kind == "network") return py::cast(Network(std::move(loaded), std::move(notes)));
  if (kind == "svm") return py::cast(Svm(std::move(loaded), std::move(notes)));
  return py::cast(Forest(std::move(loaded), std::move(notes)));
}

inline py::object load_path(const Path& path) {
  return as_object(unlocked([&] { return bindings::load(path); }));
}

inline bindings::LoadedModel load_bytes(const py::bytes& bytes) {
  const auto text = py::cast<std::string_view>(bytes);
  return unlocked([&] { return bindings::load(std::as_bytes(std::span(text))); });
}

inline SaveOptions save_options(const Model& model, const std::string& storage, const std::string& trained_on,
                                Notes notes) {
  notes.insert(model.notes.begin(), model.notes.end());
  if (model.counts) notes.insert(class_counts_note(*model.counts));
  if (model.familiarity) notes.insert(familiarity_note(*model.familiarity));
  return {.storage = parse_storage(storage), .trained_on = trained_on, .notes = std::move(notes)};
}

inline py::bytes model_bytes(const Model& model) {
  const std::vector<std::byte> bytes =
      unlocked([&] { return safetensors_bytes(encode_model(*model.model, save_options(model, "f32", "", {}))); });
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Images in blocks, so that an array is never copied as a whole. compute(pixels): classes x some.
template <typename Compute>
py::array_t<float> of_images(const Model& model, const py::array& array, const Compute& compute) {
  constexpr Index block = 2048;
  const Bytes images = as_bytes(array, "images");
  const auto pixels = map_of(images);
  Matrix result(model.model->num_classes(), pixels.cols());
  unlocked([&] {
    for (Index first = 0; first < pixels.cols(); first += block) {
      const Index count = std::min(block, pixels.cols() - first);
      result.middleCols(first, count) = compute(pixels.middleCols(first, count));
    }
  });
  return as_array(std::move(result));
}

inline py::array_t<float> scores(const Model& model, const py::array& samples, int threads) {
  if (is_bytes(samples)) {
    return of_images(model, samples, [&](const Pixels& some) { return model.model->scores(some, threads); });
  }
  const Matrix features = features_of(samples);
  return as_array(unlocked([&] { return model.model->feature_scores(features, threads); }));
}

inline py::array_t<float> probabilities(const Model& model, const py::array& samples, int threads) {
  if (is_bytes(samples)) {
    return of_images(model, samples, [&](const Pixels& some) { return model.model->probabilities(some, threads); });
  }
  const Matrix features = features_of(samples);
  return as_array(unlocked([&] { return model.model->feature_probabilities(features, threads); }));
}

inline py::array_t<Label> predict(const Model& model, const py::array& samples, int threads) {
  const py::array_t<float> all = scores(model, samples, threads);
  const std::vector<Label> best = best_classes(Eigen::Map<const Matrix>(all.data(), all.shape(1), all.shape(0)));
  return py::array_t<Label>(static_cast<py::ssize_t>(best.size()), best.data());
}

}  // namespace inkling::python
