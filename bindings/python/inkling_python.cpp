// The Python module inkling._inkling: arrays become the library's values, and its results arrays. One translation unit.

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/io/model/class_counts.hpp>
#include <inkling/io/model/measured_accuracy.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/state_dict.hpp>
#include <inkling/io/onnx/load_onnx.hpp>
#include <inkling/io/onnx/onnx.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/picture/rgb_image.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>
#include <inkling/recipes.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>
#include <inkling/version.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "form_file.hpp"
#include "loaded_model.hpp"

namespace py = pybind11;
using namespace py::literals;
using namespace inkling;

namespace {

using Path = std::filesystem::path;
using Bytes = py::array_t<std::uint8_t, py::array::c_style>;
using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Labels = py::array_t<Label, py::array::c_style | py::array::forcecast>;
using Notes = std::map<std::string, std::string>;

// Arrays. NumPy's [samples][values] is in memory what the library has as values x samples.

bool is_bytes(const py::array& array) {
  return array.dtype().kind() == 'u' && array.dtype().itemsize() == 1;
}

Bytes as_bytes(const py::array& array, const char* what) {
  if (!is_bytes(array)) {
    throw ValueError(std::string(what) + ": expected an array of uint8, got " +
                     py::cast<std::string>(py::str(array.dtype())));
  }
  return Bytes::ensure(array);
}

/// [n, height, width], [n, height, width, channels], or [n, values].
Shape shape_of(const py::array& images) {
  switch (images.ndim()) {
    case 2:
      return {1, 1, images.shape(1)};
    case 3:
      return {images.shape(1), images.shape(2), 1};
    case 4:
      return {images.shape(1), images.shape(2), images.shape(3)};
    default:
      throw ShapeError("expected an array of images, [n, height, width] or [n, values], got " +
                       std::to_string(images.ndim()) + " dimensions");
  }
}

Eigen::Map<const Pixels> map_of(const Bytes& images) {
  return {images.data(), shape_of(images).size(), images.shape(0)};
}

Matrix features_of(const py::array& array) {
  const Floats features = Floats::ensure(array);
  if (!features) throw ValueError("expected an array of numbers, got " + py::cast<std::string>(py::str(array.dtype())));
  if (features.ndim() != 2) {
    throw ShapeError("expected an array of features, [n, values], got " + std::to_string(features.ndim()) +
                     " dimensions");
  }
  return Eigen::Map<const Matrix>(features.data(), features.shape(1), features.shape(0));
}

/// An array that owns what the matrix held.
template <typename Scalar>
py::array_t<Scalar> as_array(MatrixOf<Scalar>&& matrix, std::vector<py::ssize_t> shape) {
  auto* const kept = new MatrixOf<Scalar>(std::move(matrix));  // the capsule's
  const py::capsule owner(kept, [](void* memory) { delete static_cast<MatrixOf<Scalar>*>(memory); });
  return py::array_t<Scalar>(std::move(shape), kept->data(), owner);
}

/// [samples, classes]
template <typename Scalar>
py::array_t<Scalar> as_array(MatrixOf<Scalar>&& matrix) {
  const std::vector<py::ssize_t> shape{matrix.cols(), matrix.rows()};
  return as_array(std::move(matrix), shape);
}

py::array_t<std::uint8_t> as_array(const GreyImage& image) {
  py::array_t<std::uint8_t> array({image.height(), image.width()});
  std::copy(image.values().begin(), image.values().end(), array.mutable_data());
  return array;
}

/// Runs without the lock of the interpreter.
template <typename Work>
auto unlocked(const Work& work) {
  const py::gil_scoped_release released;
  return work();
}

// Pictures

std::vector<std::uint8_t> file_bytes(const Path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot open the picture");
  return {std::istreambuf_iterator<char>(file), {}};
}

GreyImage decoded(std::span<const std::uint8_t> bytes) {
  return unlocked([&] {
    return decode_image(bytes, {.bytes = std::max<std::size_t>(bytes.size(), 1),
                                .pixels = Index{60} << 20U,
                                .memory = std::size_t{400} << 20U});
  });
}

GreyImage grey_of(const py::array& array) {
  const Bytes pixels = as_bytes(array, "picture");
  if (pixels.ndim() == 2) {
    return {pixels.shape(1), pixels.shape(0), std::vector<std::uint8_t>(pixels.data(), pixels.data() + pixels.size())};
  }
  if (pixels.ndim() == 3 && pixels.shape(2) == 3) {
    RgbImage image(pixels.shape(1), pixels.shape(0));
    std::memcpy(static_cast<void*>(image.values().data()), pixels.data(), static_cast<std::size_t>(pixels.size()));
    return luma(image);
  }
  throw ShapeError("picture: expected [height, width] or [height, width, 3]");
}

/// An array, the bytes of a file, or its path.
GreyImage picture_of(const py::object& picture) {
  if (py::isinstance<py::array>(picture)) return grey_of(py::reinterpret_borrow<py::array>(picture));
  if (py::isinstance<py::bytes>(picture)) {
    const auto text = py::cast<std::string_view>(picture);
    return decoded({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  return decoded(file_bytes(py::cast<Path>(picture)));
}

// Models

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

py::object as_object(bindings::LoadedModel loaded, Notes notes = {}) {
  const std::string_view kind = loaded.model->kind();
  if (kind == "network") return py::cast(Network(std::move(loaded), std::move(notes)));
  if (kind == "svm") return py::cast(Svm(std::move(loaded), std::move(notes)));
  return py::cast(Forest(std::move(loaded), std::move(notes)));
}

py::object load_path(const Path& path) {
  return as_object(unlocked([&] { return bindings::load(path); }));
}

bindings::LoadedModel load_bytes(const py::bytes& bytes) {
  const auto text = py::cast<std::string_view>(bytes);
  return unlocked([&] { return bindings::load(std::as_bytes(std::span(text))); });
}

Storage storage_of(const std::string& name) {
  if (name == "f32") return Storage::f32;
  if (name == "f16") return Storage::f16;
  throw ValueError("storage: expected f32 or f16, got '" + name + "'");
}

SaveOptions save_options(const Model& model, const std::string& storage, const std::string& trained_on, Notes notes) {
  notes.insert(model.notes.begin(), model.notes.end());
  if (model.counts) notes.insert(class_counts_note(*model.counts));
  return {.storage = storage_of(storage), .trained_on = trained_on, .notes = std::move(notes)};
}

py::bytes model_bytes(const Model& model) {
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

py::array_t<float> scores(const Model& model, const py::array& samples, int threads) {
  if (is_bytes(samples)) {
    return of_images(model, samples, [&](const Pixels& some) { return model.model->scores(some, threads); });
  }
  const Matrix features = features_of(samples);
  return as_array(unlocked([&] { return model.model->feature_scores(features, threads); }));
}

py::array_t<float> probabilities(const Model& model, const py::array& samples, int threads) {
  if (is_bytes(samples)) {
    return of_images(model, samples, [&](const Pixels& some) { return model.model->probabilities(some, threads); });
  }
  const Matrix features = features_of(samples);
  return as_array(unlocked([&] { return model.model->feature_probabilities(features, threads); }));
}

py::array_t<Label> predict(const Model& model, const py::array& samples, int threads) {
  const py::array_t<float> all = scores(model, samples, threads);
  const std::vector<Label> best = best_classes(Eigen::Map<const Matrix>(all.data(), all.shape(1), all.shape(0)));
  return py::array_t<Label>(static_cast<py::ssize_t>(best.size()), best.data());
}

// What models learn from

std::vector<std::string> names_or_numbers(const std::optional<std::vector<std::string>>& names,
                                          std::span<const Label> labels) {
  if (names) return *names;
  Label last = -1;
  for (const Label label : labels) last = std::max(last, label);
  std::vector<std::string> numbers;
  for (Label i = 0; i <= last; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

Dataset dataset_of(const py::array& array, const Labels& labels, const std::optional<std::vector<std::string>>& names) {
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

Samples samples_of(const py::object& data, const std::optional<Labels>& labels,
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
ProgressCallback asking(const py::object& callback) {
  return [&callback](const Progress& progress) {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (callback.is_none()) return Flow::go_on;
    return callback(progress).is(py::bool_(false)) ? Flow::stop : Flow::go_on;
  };
}

/// None, True for what the library thinks best, or some of the options by name.
std::optional<HogOptions> hog_of(const py::object& hog) {
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

Svm fit_svm_model(const py::object& data, const std::optional<Labels>& labels,
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

Forest fit_forest_model(const py::object& data, const std::optional<Labels>& labels,
                        const std::optional<std::vector<std::string>>& class_names, Index trees, Index max_features,
                        Index min_samples_leaf, Index max_depth, Index max_leaves, bool bootstrap, bool out_of_bag,
                        bool random_thresholds, const std::vector<double>& class_weights, const py::object& hog,
                        std::uint64_t seed, int threads, const py::object& on_progress) {
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

// Networks, layer by layer

StageOption option_of(const py::handle& value) {
  if (py::isinstance<py::bool_>(value)) return py::cast<bool>(value);
  if (py::isinstance<py::int_>(value)) return py::cast<Index>(value);
  if (py::isinstance<py::float_>(value)) return py::cast<double>(value);
  return py::cast<std::string>(value);
}

/// What a layer has where nothing is said.
StageOptions usual_options(const std::string& kind) {
  if (kind == nn::Conv2d::name) return nn::Conv2d({.filters = 1}).options();
  if (kind == nn::DepthwiseConv2d::name) return nn::DepthwiseConv2d(nn::DepthwiseConv2dOptions{}).options();
  if (kind == nn::Dense::name) return nn::Dense({.units = 1}).options();
  if (kind == nn::Dropout::name) return nn::Dropout({}).options();
  if (kind == nn::MaxPool2d::name) return nn::MaxPool2d({}).options();
  if (kind == nn::BatchNorm::name) return nn::BatchNorm().options();
  if (kind == nn::SqueezeExcite::name) return nn::SqueezeExcite({.units = 1}).options();
  return {};
}

/// "relu", or ("conv2d", {"filters": 16}).
std::unique_ptr<nn::Layer> layer_of(const py::handle& entry) {
  if (py::isinstance<py::str>(entry)) {
    const auto kind = py::cast<std::string>(entry);
    return nn::LayerRegistry::standard().make(kind, usual_options(kind));
  }
  const auto [kind, given] = py::cast<std::pair<std::string, py::dict>>(entry);
  StageOptions options = usual_options(kind);
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

nn::Network network_of(const py::object& layers, const Shape& input, Index classes, std::uint64_t seed) {
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

nn::Schedule schedule_of(const std::string& name) {
  if (name == "constant") return nn::constant();
  if (name == "one_cycle") return nn::one_cycle();
  if (name == "cosine") return nn::cosine();
  throw ValueError("schedule: expected constant, one_cycle or cosine, got '" + name + "'");
}

Network fit_network_model(const py::object& layers, const py::object& data, const std::optional<Labels>& labels,
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

Network network_from_state_dict(const py::object& layers, const std::array<Index, 3>& input_shape,
                                const std::vector<std::string>& class_names, const Path& file,
                                const std::map<std::string, std::string>& modules) {
  const Shape input{input_shape[0], input_shape[1], input_shape[2]};
  nn::Network network = network_of(layers, input, static_cast<Index>(class_names.size()), 1);
  network = with_state_dict(std::move(network), read_safetensors(file), {.modules = modules});
  return Network({std::make_shared<nn::NetworkClassifier>(std::move(network), class_names)});
}

py::dict parameters_of(const Network& network) {
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

py::tuple train_recipe(const std::string& kind, const Dataset& data, std::optional<Index> epochs,
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
  return py::make_tuple(as_object({std::move(model), Samples{.images = data}.counts()}, std::move(notes)), accuracy);
}

void calibrate(Model& model, const py::array& samples, const Labels& labels, int threads) {
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
}

// Reading

std::optional<std::vector<double>> prior_or(const std::optional<std::string>& asked, const Model& model, bool field) {
  return field ? bindings::prior_of_field(model, asked.value_or(""))
               : bindings::prior_of_character(model, asked.value_or(""));
}

CharSet charset_of(const std::optional<std::string>& text) {
  return text ? CharSet::parse(*text) : CharSet();
}

py::tuple as_tuple(const Box& box) {
  return py::make_tuple(box.x, box.y, box.width, box.height);
}

struct FormPages {
  form::FormReader reader;
};

// Errors

/// A class of exceptions of the module, which Python's own handlers catch, too.
py::object add_error(py::module_& module, const char* name, const char* doc, const py::tuple& bases) {
  const std::string full = std::string("inkling.") + name;
  auto type = py::reinterpret_steal<py::object>(PyErr_NewExceptionWithDoc(full.c_str(), doc, bases.ptr(), nullptr));
  module.add_object(name, type);
  return type;
}

struct ErrorTypes {
  PyObject *error, *shape, *value, *format, *file, *no_ink;
};

const ErrorTypes& error_types(py::module_* module = nullptr) {
  static const ErrorTypes types = [&] {
    const auto builtin = [](PyObject* type) { return py::reinterpret_borrow<py::object>(type); };
    const py::object base =
        add_error(*module, "Error", "Base of every error of Inkling.", py::make_tuple(builtin(PyExc_Exception)));
    const auto add = [&](const char* name, const char* doc, PyObject* python) {
      return add_error(*module, name, doc, py::make_tuple(base, builtin(python))).release().ptr();
    };
    return ErrorTypes{base.ptr(),
                      add("ShapeError", "Sizes that do not fit.", PyExc_ValueError),
                      add("ArgumentError", "A value that an option, label or argument may not have.", PyExc_ValueError),
                      add("FormatError", "Bytes that are not what their format demands.", PyExc_ValueError),
                      add("FileError", "The operating system refused.", PyExc_OSError),
                      add("NoInkError", "A picture without ink: there is nothing to recognise.", PyExc_ValueError)};
  }();
  return types;
}

void translate(std::exception_ptr thrown) {
  const ErrorTypes& types = error_types();
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const ShapeError& error) {
    PyErr_SetString(types.shape, error.what());
  } catch (const ValueError& error) {
    PyErr_SetString(types.value, error.what());
  } catch (const FormatError& error) {
    PyErr_SetString(types.format, error.what());
  } catch (const FileError& error) {
    PyErr_SetString(types.file, error.what());
  } catch (const NoInkError& error) {
    PyErr_SetString(types.no_ink, error.what());
  } catch (const Error& error) {
    PyErr_SetString(types.error, error.what());
  }
}

// The module

template <typename M, typename Class>
void add_pickle(Class& type) {
  type.def(py::pickle([](const M& model) { return model_bytes(model); },
                      [](const py::bytes& bytes) { return M(load_bytes(bytes)); }));
}

void add_models(py::module_& m) {
  py::class_<Model> model(m, "Classifier", "What every model can do. Use from many threads at once is safe.");
  model
      .def_property_readonly(
          "kind", [](const Model& self) { return std::string(self.model->kind()); }, "'network', 'svm' or 'forest'.")
      .def_property_readonly(
          "score_kind",
          [](const Model& self) {
            const ScoreKind kind = self.model->score_kind();
            return kind == ScoreKind::margin ? "margin" : kind == ScoreKind::vote ? "vote" : "probability";
          },
          "'probability', 'margin' or 'vote': what a score is.")
      .def_property_readonly(
          "class_names", [](const Model& self) { return self.model->class_names(); },
          "The classes in order, usually a character each.")
      .def_property_readonly(
          "input_shape",
          [](const Model& self) {
            const Shape& shape = self.model->input_shape();
            return py::make_tuple(shape.height, shape.width, shape.channels);
          },
          "(height, width, channels) of an image; (1, 1, n) for n plain features.")
      .def_property_readonly(
          "temperature", [](const Model& self) { return self.model->temperature(); },
          "What scores are divided by on their way to probabilities.")
      .def_property_readonly(
          "parameter_count", [](const Model& self) { return self.model->parameter_count(); },
          "How many numbers were learned.")
      .def("scores", &scores, "samples"_a, "threads"_a = 0,
           "Scores [n, classes] of images (uint8: [n, height, width], [n, height, width, channels] or [n, pixels]) or "
           "of\n"
           "plain features (float32: [n, features]). Images are not copied as a whole.")
      .def("probabilities", &probabilities, "samples"_a, "threads"_a = 0,
           "Probabilities [n, classes] of images or features, as far as the model is calibrated.")
      .def("predict", &predict, "samples"_a, "threads"_a = 0, "The number of the best class for each image or sample.")
      .def("calibrate", &calibrate, "samples"_a, "labels"_a, "threads"_a = 0,
           "Fits the temperature to samples that the model did not learn from.")
      .def(
          "save",
          [](const Model& self, const Path& path, const std::string& storage, const std::string& trained_on,
             const Notes& notes) {
            const SaveOptions options = save_options(self, storage, trained_on, notes);
            unlocked([&] { save_model(*self.model, path, options); });
          },
          "path"_a, "storage"_a = "f32", "trained_on"_a = "", "notes"_a = Notes{},
          "Writes a .safetensors file, all or nothing. storage: 'f32', or 'f16' for half the bytes.")
      .def("to_bytes", &model_bytes, "The file that save() would write.")
      .def(
          "export_onnx", [](const Model& self, const Path& path) { unlocked([&] { export_onnx(*self.model, path); }); },
          "path"_a, "Writes the model for ONNX Runtime and other tools.")
      .def("__repr__", [](const Model& self) {
        return "<inkling " + std::string(self.model->kind()) + ", " + std::to_string(self.model->num_classes()) +
               " classes, input " + to_string(self.model->input_shape()) + ">";
      });

  py::class_<Network, Model> network(m, "Network", "A trained neural network.");
  network
      .def_static("fit", &fit_network_model, "layers"_a, "data"_a, "labels"_a = py::none(), py::kw_only(),
                  "class_names"_a = py::none(), "epochs"_a = 10, "batch"_a = 128, "learning_rate"_a = 1e-3,
                  "weight_decay"_a = 0.01, "schedule"_a = "constant", "label_smoothing"_a = 0.0, "average"_a = 0.0,
                  "validation"_a = py::none(), "patience"_a = 0, "augment"_a = false, "seed"_a = 1, "threads"_a = 0,
                  "on_progress"_a = py::none(),
                  "Trains a network. layers: 'cnn', 'mlp', 'lenet', 'vgg', or a list such as\n"
                  "[('conv2d', {'filters': 16}), 'relu', 'flatten', ('dense', {'units': 10})]. data: a Dataset, or an\n"
                  "array of images (uint8) or features (float) with labels. The same seed gives the same weights.\n"
                  "on_progress is called after every epoch; returning False stops, and keeps what was learned.")
      .def_static(
          "from_state_dict", &network_from_state_dict, "layers"_a, "input_shape"_a, "class_names"_a, "file"_a,
          py::kw_only(), "modules"_a = std::map<std::string, std::string>{},
          "A network of these layers with the weights of a PyTorch state dict that was saved as safetensors.\n"
          "input_shape: (height, width, channels). modules: {'0': 'conv1'}, where a module is not called by the\n"
          "number of its layer, as nn.Sequential does. It takes bytes as p / 255.")
      .def("parameters", &parameters_of, "The weights by name: '0.weight', '0.bias', …");
  add_pickle<Network>(network);

  py::class_<Svm, Model> svm(m, "LinearSvm", "A linear support vector machine, one class against the rest.");
  svm.def_static("fit", &fit_svm_model, "data"_a, "labels"_a = py::none(), py::kw_only(), "class_names"_a = py::none(),
                 "c"_a = 0.05, "loss"_a = "squared_hinge", "bias"_a = true, "class_weights"_a = std::vector<double>{},
                 "hog"_a = py::none(), "tolerance"_a = 1e-3, "max_passes"_a = 1000, "seed"_a = 1, "threads"_a = 0,
                 "on_progress"_a = py::none(),
                 "Trains an SVM. data: as for Network.fit. hog: None, True, or a dict of options, for images.")
      .def_property_readonly(
          "weights", [](const Svm& self) { return as_array(Matrix(self.get().weights())); }, "[classes, features]")
      .def_property_readonly(
          "bias", [](const Svm& self) { return as_array(Matrix(self.get().bias()), {self.get().bias().size()}); },
          "[classes]")
      .def_property_readonly(
          "passes",
          [](const Svm& self) {
            Index most = 0;
            for (const SvmConvergence& end : self.get().convergence()) most = std::max(most, end.passes);
            return most;
          },
          "How many passes over the samples the slowest class took; 0 for a loaded machine.")
      .def_property_readonly(
          "warning", [](const Svm& self) { return training_warning(*self.model); },
          "What to know when training came to no proper end; else ''.");
  add_pickle<Svm>(svm);

  py::class_<Forest, Model> forest(m, "RandomForest", "A random forest.");
  forest
      .def_static("fit", &fit_forest_model, "data"_a, "labels"_a = py::none(), py::kw_only(),
                  "class_names"_a = py::none(), "trees"_a = 100, "max_features"_a = 0, "min_samples_leaf"_a = 1,
                  "max_depth"_a = 0, "max_leaves"_a = 0, "bootstrap"_a = true, "out_of_bag"_a = true,
                  "random_thresholds"_a = false, "class_weights"_a = std::vector<double>{}, "hog"_a = py::none(),
                  "seed"_a = 1, "threads"_a = 0, "on_progress"_a = py::none(),
                  "Grows a random forest. data: as for Network.fit; hog: as for LinearSvm.fit.")
      .def_property_readonly(
          "num_trees", [](const Forest& self) { return self.get().num_trees(); }, "How many trees.")
      .def_property_readonly(
          "out_of_bag_accuracy", [](const Forest& self) { return self.get().out_of_bag_accuracy(); },
          "The share of training samples that trees which did not see them got right, or None.")
      .def_property_readonly(
          "importance",
          [](const Forest& self) {
            const std::vector<double> shares = self.get().impurity_importance();
            return py::array_t<double>(static_cast<py::ssize_t>(shares.size()), shares.data());
          },
          "Of each feature: by how much its splits lower the impurity. Empty for a loaded forest.");
  add_pickle<Forest>(forest);

  // Bytes first, for they would also be taken for a path.
  m.def(
      "load", [](const py::bytes& bytes) { return as_object(load_bytes(bytes)); }, "bytes"_a,
      "A model from the bytes of a .safetensors file: a Network, a LinearSvm or a RandomForest.");
  m.def("load", &load_path, "path"_a, "The same from its path.");
  m.def(
      "load_onnx",
      [](const Path& path, const std::optional<std::vector<std::string>>& class_names) {
        const OnnxLoadOptions options{.class_names = class_names.value_or(std::vector<std::string>())};
        return Network({unlocked([&] { return std::make_shared<nn::NetworkClassifier>(load_onnx(path, options)); })});
      },
      "path"_a, "class_names"_a = py::none(),
      "A network in an .onnx file: a chain of the layers that there are, which takes pixels of 0 .. 1 (or of 0 .. 255, "
      "if\n"
      "it begins by scaling them). class_names: by default those of the file, or numbers.");
}

void add_data(py::module_& m) {
  py::class_<Progress>(m, "Progress", "What a training run has reached.")
      .def_readonly("step", &Progress::step, "Epochs, passes or trees that are done.")
      .def_readonly("steps", &Progress::steps, "How many are planned.")
      .def_readonly("seconds", &Progress::seconds, "Time that they took.")
      .def_readonly("loss", &Progress::loss, "Mean over the training samples, or None.")
      .def_readonly("accuracy", &Progress::accuracy, "Share of the training samples that were right, or None.")
      .def_readonly("validation_accuracy", &Progress::validation_accuracy, "Of the validation samples, or None.")
      .def_readonly("validation_loss", &Progress::validation_loss, "Of the validation samples, or None.");

  py::class_<Dataset>(m, "Dataset", "Labelled images as bytes; subsets and splits share them.")
      .def(py::init(&dataset_of), "images"_a, "labels"_a, "class_names"_a = py::none(),
           "images: uint8, [n, height, width], [n, height, width, channels] or [n, values]; labels: numbers of "
           "classes,\n"
           "from 0; class_names: by default these numbers.")
      .def("__len__", &Dataset::size)
      .def_property_readonly("class_names", &Dataset::class_names, "The classes in order.")
      .def_property_readonly(
          "images",
          [](const Dataset& self) {
            const Shape shape = self.image_shape();
            std::vector<py::ssize_t> dims{self.size(), shape.height, shape.width};
            if (shape.channels != 1) dims.push_back(shape.channels);
            return as_array(self.pixels(), dims);
          },
          "A copy, [n, height, width] or [n, height, width, channels].")
      .def_property_readonly(
          "labels",
          [](const Dataset& self) {
            const std::vector<Label> labels = self.labels();
            return py::array_t<Label>(static_cast<py::ssize_t>(labels.size()), labels.data());
          },
          "The number of each image's class.")
      .def("take", &Dataset::take, "count"_a, "The first images.")
      .def("shuffled", &Dataset::shuffled, "seed"_a, "The same images in another order.")
      .def("stratified_split", &Dataset::stratified_split, "fraction"_a, "seed"_a = 1,
           "Two data sets: that share of every class is in the second.");

  m.def("load_sample", &load_sample, "folder"_a, py::call_guard<py::gil_scoped_release>(),
        "The 8,000 training and 2,000 test images of the project's folder data/.");
  m.def(
      "load_emnist",
      [](const Path& folder, const std::string& split, const std::string& part) {
        if (part != "train" && part != "test") throw ValueError("part: expected train or test, got '" + part + "'");
        return load_emnist(folder, parse_split(split), part == "train" ? Part::train : Part::test);
      },
      "folder"_a, "split"_a, "part"_a, py::call_guard<py::gil_scoped_release>(),
      "A part ('train', 'test') of a split of EMNIST ('byclass', 'bymerge', 'balanced', 'letters', 'digits', "
      "'mnist').");
  m.def(
      "train_model", &train_recipe, "kind"_a, "data"_a, py::kw_only(), "epochs"_a = py::none(), "c"_a = py::none(),
      "max_leaves"_a = 0, "seed"_a = 1, "threads"_a = 0, "checkpoint"_a = py::none(), "resume"_a = false,
      "on_progress"_a = py::none(),
      "Trains 'cnn', 'mlp', 'svm' or 'forest' as they are shipped. Returns the model, and its accuracy on images that\n"
      "it did not learn from, or None.");
  m.def("model_names", &model_names, "The recipes that there are.");
  m.def(
      "hog_features",
      [](const py::array& images, const py::object& options, int threads) {
        const Bytes bytes = as_bytes(images, "images");
        const Hog hog(shape_of(bytes), hog_of(options).value_or(HogOptions{}));
        return as_array(unlocked([&] { return hog.features(map_of(bytes), threads); }));
      },
      "images"_a, "options"_a = py::none(), "threads"_a = 0, "Histograms of oriented gradients, [n, features].");
}

void add_reading(py::module_& m) {
  py::class_<inkling::Candidate>(m, "Candidate", "A character that some ink may be.")
      .def_readonly("label", &inkling::Candidate::label, "The character.")
      .def_readonly("probability", &inkling::Candidate::probability, "Of the label.")
      .def_readonly("index", &inkling::Candidate::index, "Of the class.")
      .def("__repr__", [](const inkling::Candidate& self) {
        return py::str("Candidate({!r}, {:.4f})").format(self.label, self.probability);
      });
  py::class_<CharacterReading>(m, "CharacterReading", "What a picture of one character shows.")
      .def_readonly("label", &CharacterReading::label, "The most probable character.")
      .def_readonly("probability", &CharacterReading::probability, "Of the label.")
      .def_readonly("candidates", &CharacterReading::candidates, "The most probable first.")
      .def("__repr__", [](const CharacterReading& self) {
        return py::str("CharacterReading({!r}, {:.4f})").format(self.label, self.probability);
      });
  py::class_<FieldCharacter>(m, "FieldCharacter", "A character of a line and the ink that it was read from.")
      .def_readonly("label", &FieldCharacter::label, "The character.")
      .def_readonly("confidence", &FieldCharacter::confidence, "The probability of the label.")
      .def_property_readonly(
          "box", [](const FieldCharacter& self) { return as_tuple(self.box); },
          "(x, y, width, height) in pixels of the picture.")
      .def_readonly("candidates", &FieldCharacter::candidates, "The most probable first.");
  py::class_<inkling::FieldReading>(m, "FieldReading", "What a picture of a line shows.")
      .def_readonly("text", &inkling::FieldReading::text, "With the marks of the pattern.")
      .def_readonly("characters", &inkling::FieldReading::characters, "From left to right.")
      .def("__repr__",
           [](const inkling::FieldReading& self) { return py::str("FieldReading({!r})").format(self.text); });

  m.def(
      "decode", [](const py::object& picture) { return as_array(picture_of(picture)); }, "picture"_a,
      "The grey picture [height, width] in a PNG, JPEG, WebP or TIFF file: its bytes, or its path.");
  m.def(
      "normalise",
      [](const py::object& picture, Index side) {
        const GreyImage image = picture_of(picture);
        return as_array(unlocked([&] { return normalise(image, {.side = side}); }));
      },
      "picture"_a, "side"_a = 28,
      "Any picture of one character as EMNIST would hold it: white ink on black, [side, side].\n"
      "picture, here and below: uint8 [height, width] or [height, width, 3], the bytes of a file, or its path.");
  m.def(
      "read_character",
      [](const py::object& picture, const Model& model, const std::optional<std::string>& charset,
         const std::optional<std::string>& prior, std::size_t candidates) {
        const GreyImage image = picture_of(picture);
        const CharacterOptions options{
            .charset = charset_of(charset), .prior = prior_or(prior, model, false), .candidates = candidates};
        return unlocked([&] { return read_character(image, *model.model, options); });
      },
      "picture"_a, "model"_a, py::kw_only(), "charset"_a = py::none(), "prior"_a = py::none(), "candidates"_a = 5,
      "Reads a picture of one character. charset: 'digits', 'upper', 'letters', '0-9A-F', …; prior: 'natural',\n"
      "'tempered' or 'uniform'.");
  m.def(
      "read_field",
      [](const py::object& picture, const Model& model, const std::optional<std::string>& pattern,
         const std::optional<std::string>& charset, const std::optional<std::string>& prior, std::size_t candidates,
         int threads) {
        const GreyImage image = picture_of(picture);
        const ReadOptions options{.charset = charset_of(charset),
                                  .pattern = pattern ? Pattern::parse(*pattern) : Pattern(),
                                  .prior = prior_or(prior, model, true),
                                  .candidates = candidates,
                                  .threads = threads};
        return unlocked([&] { return read_field(image, *model.model, options); });
      },
      "picture"_a, "model"_a, py::kw_only(), "pattern"_a = py::none(), "charset"_a = py::none(), "prior"_a = py::none(),
      "candidates"_a = 5, "threads"_a = 1,
      "Reads a picture of a line of characters. pattern: what it can hold, such as '##/##/####'.");

  py::class_<FormPages>(m, "FormReader", "Reads pages of forms.")
      .def(py::init([](const std::vector<Path>& files, const Model& model, double accept) {
             return unlocked([&] { return FormPages{bindings::load_forms(files, model.model, accept)}; });
           }),
           "files"_a, "model"_a, py::kw_only(), "accept"_a = form::FormReaderOptions().accept,
           "files: form.json of each form; its picture lies beside it. accept: fields of less confidence are doubtful.")
      .def_property_readonly(
          "forms",
          [](const FormPages& self) {
            std::vector<std::string> names;
            for (const form::FormTemplate& known : self.reader.forms()) names.push_back(known.name);
            return names;
          },
          "The names of the forms.")
      .def(
          "read",
          [](const FormPages& self, const py::object& page) {
            const GreyImage image = picture_of(page);
            const std::string text = unlocked([&] { return form::reading_line(self.reader.read(image).reading); });
            return py::module_::import("json").attr("loads")(text);
          },
          "page"_a, "A page as a dict: 'form', 'status' (read, doubtful, refused), 'fields', 'rules' (docs/forms.md).");
}

}  // namespace

PYBIND11_MODULE(_inkling, m) {
  m.doc() = "Inkling reads handwriting, and learns to.";
  m.attr("__version__") =
      std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
  error_types(&m);
  py::register_exception_translator(&translate);
  add_data(m);
  add_models(m);
  add_reading(m);
}
