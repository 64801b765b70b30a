// The Python module inkling._inkling: what it offers, under which names. One translation unit, because pybind11 is
// dear.

#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/onnx/load_onnx.hpp>
#include <inkling/io/onnx/onnx.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>
#include <inkling/model/familiarity.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>
#include <inkling/version.hpp>

#include <algorithm>
#include <cstdint>
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

#include "arrays.hpp"
#include "errors.hpp"
#include "form_file.hpp"
#include "loaded_model.hpp"
#include "models.hpp"
#include "networks.hpp"
#include "pictures.hpp"
#include "training.hpp"

namespace py = pybind11;
using namespace py::literals;
using namespace inkling;
using namespace inkling::python;

namespace {

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
          "Writes a .safetensors file, all or nothing. storage: 'f32', 'f16' for half the bytes, or 'i8' for a "
          "quarter or less of a network's.")
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
      .def_readonly(
          "familiarity", &CharacterReading::familiarity,
          "The share of characters that resemble what the model knows less than this picture does; None where\n"
          "the model's file does not say how they do.")
      .def_property_readonly(
          "unfamiliar", [](const CharacterReading& self) { return is_unfamiliar(self.familiarity); },
          "Whether this may well be no character at all.")
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
      .def_readonly("confidence", &inkling::FieldReading::confidence, "The probability that all of the text is right.")
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
        const CharacterOptions options{.charset = charset_of(charset),
                                       .prior = prior_or(prior, model, false),
                                       .candidates = candidates,
                                       .familiarity = model.familiarity};
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
                                  .lines = model.lines,
                                  .threads = threads};
        return unlocked([&] { return read_field(image, *model.model, options); });
      },
      "picture"_a, "model"_a, py::kw_only(), "pattern"_a = py::none(), "charset"_a = py::none(), "prior"_a = py::none(),
      "candidates"_a = 5, "threads"_a = 1,
      "Reads a picture of a line of characters. pattern: what it can hold, such as '##/##/####'.");

  py::class_<FormPages>(m, "FormReader", "Reads pages of forms.")
      .def(py::init([](const std::vector<Path>& files, const Model& model, double accept) {
             return unlocked([&] { return FormPages{bindings::load_forms(files, model, accept)}; });
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
