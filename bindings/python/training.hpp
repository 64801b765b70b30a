#pragma once

#include <inkling/core/progress.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/io/model/measured_accuracy.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/recipes.hpp>
#include <inkling/svm/fit_svm.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <pybind11/stl.h>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "models.hpp"

/// What models learn from, and how.
namespace inkling::python {

inline std::vector<std::string> names_or_numbers(const std::optional<std::vector<std::string>>& names,
                                                 std::span<const Label> labels) {
  if (names) return *names;
  Label last = -1;
  for (const Label label : labels) last = std::max(last, label);
  std::vector<std::string> numbers;
  for (Label i = 0; i <= last; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

inline Dataset dataset_of(const py::array& array, const Labels& labels,
                          const std::optional<std::vector<std::string>>& names) {
  const Bytes images = as_bytes(array, "images");
  const std::vector<Label> numbers(labels.data(), labels.data() + labels.size());
  return Dataset(shape_of(images), Pixels(map_of(images)), numbers, names_or_numbers(names, numbers));
}

/// Images, or features with their labels.
struct Samples {
  std::optional<Dataset> images = {};
  Matrix features = {};
  std::vector<Label> labels = {};
  std::vector<std::string> class_names = {};

  Shape shape() const { return images ? images->image_shape() : Shape{1, 1, features.rows()}; }

  std::vector<Index> counts() const {
    const std::vector<std::string>& names = images ? images->class_names() : class_names;
    std::vector<Index> result(names.size());
    for (const Label label : images ? images->labels() : labels) ++result[static_cast<std::size_t>(label)];
    return result;
  }
};

inline Samples samples_of(const py::object& data, const std::optional<Labels>& labels,
                          const std::optional<std::vector<std::string>>& names) {
  if (py::isinstance<Dataset>(data)) return {.images = py::cast<Dataset>(data)};
  if (!labels) throw ValueError("labels: expected one for each sample, got None");
  const auto array = py::cast<py::array>(data);
  if (is_bytes(array)) return {.images = dataset_of(array, *labels, names)};
  std::vector<Label> numbers(labels->data(), labels->data() + labels->size());
  std::vector<std::string> all = names_or_numbers(names, numbers);
  return {.features = features_of(array), .labels = std::move(numbers), .class_names = std::move(all)};
}

/// Asks Python after every step: for Ctrl-C, and the caller's function, which may return False to stop.
inline ProgressCallback asking(const py::object& callback) {
  return [&callback](const Progress& progress) {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (callback.is_none()) return Flow::go_on;
    return callback(progress).is(py::bool_(false)) ? Flow::stop : Flow::go_on;
  };
}

/// None, True for what the library thinks best, or some of the options by name.
inline std::optional<HogOptions> hog_of(const py::object& hog) {
  if (hog.is_none() || hog.is(py::bool_(false))) return std::nullopt;
  HogOptions options;
  if (hog.is(py::bool_(true))) return options;
  for (const auto& [key, value] : py::cast<py::dict>(hog)) {
    const auto name = py::cast<std::string>(key);
    if (name == "cells") {
      options.cells = py::cast<std::vector<Index>>(value);
    } else if (name == "bins") {
      options.bins = py::cast<Index>(value);
    } else if (name == "signed") {
      options.is_signed = py::cast<bool>(value);
    } else if (name == "block") {
      options.block = py::cast<Index>(value);
    } else if (name == "norm" && py::cast<std::string>(value) == "l1_sqrt") {
      options.norm = HogNorm::l1_sqrt;
    } else if (name == "norm" && py::cast<std::string>(value) == "l2_hys") {
      options.norm = HogNorm::l2_hys;
    } else if (name == "deskew") {
      options.deskew = py::cast<bool>(value);
    } else {
      throw ValueError("hog: expected cells, bins, signed, block, norm (l1_sqrt or l2_hys) or deskew, got '" + name +
                       "'");
    }
  }
  return options;
}

inline Svm fit_svm_model(const py::object& data, const std::optional<Labels>& labels,
                         const std::optional<std::vector<std::string>>& class_names, double c, const std::string& loss,
                         bool bias, const std::vector<double>& class_weights, const py::object& hog, double tolerance,
                         Index max_passes, std::uint64_t seed, int threads, const py::object& on_progress) {
  if (loss != "hinge" && loss != "squared_hinge") {
    throw ValueError("loss: expected hinge or squared_hinge, got '" + loss + "'");
  }
  const Samples samples = samples_of(data, labels, class_names);
  const SvmOptions options{.c = c,
                           .loss = loss == "hinge" ? SvmLoss::hinge : SvmLoss::squared_hinge,
                           .bias = bias,
                           .class_weights = class_weights,
                           .hog = hog_of(hog),
                           .tolerance = tolerance,
                           .max_passes = max_passes,
                           .seed = seed,
                           .threads = threads,
                           .on_progress = asking(on_progress)};
  return unlocked([&] {
    auto svm = std::make_shared<LinearSvm>(
        samples.images ? fit_svm(*samples.images, options)
                       : fit_svm(samples.features, samples.labels, samples.class_names, options));
    return Svm({std::move(svm), samples.counts()});
  });
}

inline Forest fit_forest_model(const py::object& data, const std::optional<Labels>& labels,
                               const std::optional<std::vector<std::string>>& class_names, Index trees,
                               Index max_features, Index min_samples_leaf, Index max_depth, Index max_leaves,
                               bool bootstrap, bool out_of_bag, bool random_thresholds,
                               const std::vector<double>& class_weights, const py::object& hog, std::uint64_t seed,
                               int threads, const py::object& on_progress) {
  const Samples samples = samples_of(data, labels, class_names);
  const ForestOptions options{.trees = trees,
                              .max_features = max_features,
                              .min_samples_leaf = min_samples_leaf,
                              .max_depth = max_depth,
                              .max_leaves = max_leaves,
                              .bootstrap = bootstrap,
                              .out_of_bag = out_of_bag,
                              .random_thresholds = random_thresholds,
                              .class_weights = class_weights,
                              .hog = hog_of(hog),
                              .seed = seed,
                              .threads = threads,
                              .on_progress = asking(on_progress)};
  return unlocked([&] {
    auto forest = std::make_shared<RandomForest>(
        samples.images ? fit_forest(*samples.images, options)
                       : fit_forest(samples.features, samples.labels, samples.class_names, options));
    return Forest({std::move(forest), samples.counts()});
  });
}

inline py::tuple train_recipe(const std::string& kind, const Dataset& data, std::optional<Index> epochs,
                              std::optional<double> c, Index max_leaves, std::uint64_t seed, int threads,
                              const std::optional<Path>& checkpoint, bool resume, const py::object& on_progress) {
  const RecipeOptions options{.epochs = epochs,
                              .max_leaves = max_leaves,
                              .c = c,
                              .seed = seed,
                              .threads = threads,
                              .checkpoint = checkpoint.value_or(Path()),
                              .resume = resume,
                              .on_progress = asking(on_progress)};
  TrainedModel trained = unlocked([&] { return train_model(parse_model(kind), data, options); });
  Notes notes{{"model", kind}};
  py::object accuracy = py::none();
  if (trained.accuracy) {
    notes.insert(accuracy_note(*trained.accuracy));
    accuracy = py::cast(trained.accuracy->share);
  }
  std::shared_ptr<const Classifier> model = std::move(trained.model);
  return py::make_tuple(
      as_object({std::move(model), Samples{.images = data}.counts(), std::move(trained.familiarity)}, std::move(notes)),
      accuracy);
}

inline void calibrate(Model& model, const py::array& samples, const Labels& labels, int threads) {
  const std::shared_ptr<Classifier> calibrated = model.model->clone();
  calibrated->set_temperature(1);
  const auto* const network = dynamic_cast<const nn::NetworkClassifier*>(calibrated.get());
  const Model plain({calibrated});
  const py::array_t<float> rows = scores(plain, samples, threads);
  Matrix all = Eigen::Map<const Matrix>(rows.data(), rows.shape(1), rows.shape(0));
  constexpr float least = 1e-12F;
  if (network != nullptr) all = all.array().max(least).log();
  if (model.model->score_kind() == ScoreKind::vote) all = vote_logits(all);
  calibrated->set_temperature(fit_temperature(all, {labels.data(), static_cast<std::size_t>(labels.size())}));
  model.model = calibrated;
  model.familiarity.reset();  // it was measured at another temperature
}

}  // namespace inkling::python
