#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/onnx/onnx.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <vector>

#include "random_matrix.hpp"
#include "temporary_folder.hpp"

using namespace inkling;
using inkling::test::random_matrix;
using inkling::test::random_pixels;

namespace {

std::vector<std::string> class_names(Index count) {
  std::vector<std::string> names;
  for (Index i = 0; i < count; ++i) names.push_back("class " + std::to_string(i));
  return names;
}

/// A classifier whose biases and statistics are not those of a new network.
nn::NetworkClassifier lived_in(nn::Network network) {
  Rng rng(4);
  for (nn::Parameter<float>* parameter : network.parameters()) {
    if (parameter->role == nn::Role::weight) continue;
    for (float& value : parameter->value.reshaped()) value = rng.uniform(0.5F, 1.5F);
  }
  const Index classes = network.output_shape().channels;
  return nn::NetworkClassifier(std::move(network), class_names(classes));
}

nn::NetworkClassifier every_layer() {
  nn::Network network({9, 12, 2}, 3);
  network.add(nn::Conv2d({.filters = 4, .kernel = 4, .padding = nn::Padding::same, .bias = false}))
      .add(nn::BatchNorm({.epsilon = 1e-3}))
      .add(nn::Relu())
      .add(nn::Conv2d({.filters = 5, .kernel = 3, .stride = 2, .padding = nn::Padding::same}))
      .add(nn::MaxPool2d({.window = 2, .stride = 1}))
      .add(nn::Conv2d({.filters = 6, .kernel = 2}))
      .add(nn::Dropout({.rate = 0.1}))
      .add(nn::Flatten())
      .add(nn::Dense({.units = 11}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::Dense({.units = 7}));
  nn::NetworkClassifier model = lived_in(std::move(network));
  model.set_temperature(1.5F);
  return model;
}

/// Residual blocks of images and of plain features; the path of one ends flat, its projection does not.
nn::NetworkClassifier residual_blocks() {
  const nn::Conv2d same({.filters = 4, .padding = nn::Padding::same, .bias = false});
  nn::Network network({6, 7, 2}, 3);
  network.add(nn::Residual(same, nn::BatchNorm(), nn::Relu()))
      .add(nn::Residual(nn::Residual(same), nn::Relu(),
                        nn::Conv2d({.filters = 5, .stride = 2, .padding = nn::Padding::same})))
      .add(nn::Relu())
      .add(nn::DepthwiseConv2d({.kernel = 4, .stride = 2, .padding = nn::Padding::same}))
      .add(nn::SqueezeExcite({.units = 3}))
      .add(nn::Sigmoid())
      .add(nn::GlobalAveragePool())
      .add(nn::Residual(nn::Flatten(), nn::Dense({.units = 6})))
      .add(nn::Residual(nn::Dense({.units = 6})))
      .add(nn::GlobalAveragePool())
      .add(nn::Dense({.units = 3}));
  return lived_in(std::move(network));
}

RandomForest grow(const Shape& shape, Index classes) {
  const Pixels pixels = random_pixels(shape.size(), 150, 5);
  std::vector<Label> labels;
  for (Index i = 0; i < pixels.cols(); ++i) labels.push_back(static_cast<Label>(pixels(3, i) * classes / 256));
  return fit_forest(Dataset(shape, pixels, labels, class_names(classes)), {.trees = 5, .min_samples_leaf = 3});
}

/// Writes a model, images and what the model makes of them, for onnx_check.mjs.
void write_case(const std::filesystem::path& folder, const std::string& name, const Classifier& model,
                const Pixels& images) {
  export_onnx(model, folder / (name + ".onnx"));
  const Shape& shape = model.input_shape();
  const Matrix scores = model.scores(images);
  const Matrix probabilities = model.probabilities(images);
  std::vector<std::string> labels;
  for (const Label best : best_classes(scores)) labels.push_back(model.class_names()[static_cast<std::size_t>(best)]);
  std::ofstream(folder / (name + ".pixels"), std::ios::binary)
      .write(reinterpret_cast<const char*>(images.data()), images.size());
  const auto values = [](const Matrix& matrix) {
    return std::vector<float>(matrix.data(), matrix.data() + matrix.size());
  };
  std::ofstream(folder / (name + ".json"))
      << nlohmann::json{{"height", shape.height},  {"width", shape.width},     {"channels", shape.channels},
                        {"images", images.cols()}, {"scores", values(scores)}, {"probabilities", values(probabilities)},
                        {"labels", labels}};
}

void write_case(const std::filesystem::path& folder, const std::string& name, const Classifier& model) {
  write_case(folder, name, model, random_pixels(model.input_shape().size(), 9, 11));
}

/// Strokes that lean, on paper, for features of gradients.
Pixels strokes(const Shape& image, Index count) {
  Pixels pixels = Pixels::Zero(image.size(), count);
  Rng rng(8);
  for (Index i = 1; i < count; ++i) {  // the first is blank
    const float slope = rng.uniform(-0.7F, 0.7F);
    const float middle = static_cast<float>(image.width) / 2 + rng.uniform(-2, 2);
    for (Index y = 1; y + 1 < image.height; ++y) {
      const float x = middle + slope * (static_cast<float>(y) - static_cast<float>(image.height) / 2);
      for (Index at = 0; at < image.width; ++at) {
        const float ink = 1.5F - std::abs(static_cast<float>(at) - x);
        const auto value = static_cast<std::uint8_t>(255 * std::clamp(ink, 0.0F, 1.0F));
        pixels(y * image.width + at, i) = std::max(pixels(y * image.width + at, i), value);
        if (y == image.height / 2 && i % 3 == 0) pixels(y * image.width + at, i) = 200;  // a bar across some
      }
    }
  }
  return pixels;
}

LinearSvm hog_svm(const Shape& image, const HogOptions& options) {
  const Index features = Hog(image, options).size();
  LinearSvm svm(image, class_names(3), random_matrix<float>(features, 3, 1) * 0.1F, random_matrix<float>(3, 1, 2),
                options);
  svm.set_temperature(0.7F);
  return svm;
}

/// Runs ONNX Runtime on the cases. `tolerance`: of the largest score. `may_differ`: images whose scores may be others.
void check_cases(const std::filesystem::path& folder, double tolerance, int may_differ) {
  const std::string script = INKLING_SOURCE_DIR "/tests/io/onnx_check.mjs";
  const int status = std::system(("node '" + script + "' '" + folder.string() + "' " + std::to_string(tolerance) + " " +
                                  std::to_string(may_differ))
                                     .c_str());
  constexpr int absent = 77;
  constexpr int no_node = 127;
  if (WEXITSTATUS(status) == absent || WEXITSTATUS(status) == no_node) {
    MESSAGE("skipped: needs node and onnxruntime-node in $INKLING_NODE_MODULES");
    return;
  }
  CHECK(status == 0);
}

/// The exit status of a script of this folder, by Debian's Python, whose packages it looks for.
int run_python(const std::string& script, const std::filesystem::path& folder) {
  const std::string path = INKLING_SOURCE_DIR "/tests/io/" + script;
  return WEXITSTATUS(std::system(("/usr/bin/python3 '" + path + "' '" + folder.string() + "'").c_str()));
}

/// Whether the script has what it needs; an empty folder gives it nothing to do.
bool has_python_package(const std::string& script, const std::filesystem::path& empty_folder) {
  constexpr int absent = 77;
  constexpr int no_python = 127;
  const int status = run_python(script, empty_folder);
  return status != absent && status != no_python;
}

/// A layer that ONNX does not know.
class Halve final : public nn::TrainableLayer {
 public:
  std::string_view kind() const noexcept override { return "halve"; }
  Shape build(const Shape& in, Rng&) override { return in; }
  void forward(const ConstMatrixRef<float>& x, MatrixRef<float> y, nn::Scratch<float>&, nn::Mode) const override {
    y = x / 2;
  }
  void backward(const ConstMatrixRef<float>&, const ConstMatrixRef<float>&, const ConstMatrixRef<float>&,
                MatrixRef<float>, std::span<Matrix>, nn::Scratch<float>&) const override {}
  std::unique_ptr<nn::Layer> clone() const override { return std::make_unique<Halve>(*this); }
};

}  // namespace

TEST_CASE("ONNX Runtime gives the scores that our models give") {
  const test::TemporaryFolder folder;
  write_case(folder.path(), "every_layer", every_layer());
  write_case(folder.path(), "vgg", lived_in(nn::vgg({28, 28, 1}, 47, 1, {.width = 2, .dense = 8})));
  write_case(folder.path(), "residual", residual_blocks());
  nn::Network plain({1, 1, 6}, 2);
  plain.add(nn::Dense({.units = 3}));
  write_case(folder.path(), "plain_features", lived_in(std::move(plain)));
  write_case(folder.path(), "svm",
             LinearSvm({4, 5, 1}, class_names(3), random_matrix<float>(20, 3, 1), random_matrix<float>(3, 1, 2)));
  write_case(folder.path(), "svm_channels",
             LinearSvm({2, 5, 2}, class_names(3), random_matrix<float>(20, 3, 1), random_matrix<float>(3, 1, 2)));
  write_case(folder.path(), "forest", grow({4, 5, 1}, 5));
  write_case(folder.path(), "forest_channels", grow({2, 5, 2}, 3));
  write_case(folder.path(), "forest_of_two_classes", grow({4, 5, 1}, 2));

  LinearSvm sigmoids({4, 5, 1}, class_names(3), random_matrix<float>(20, 3, 1), random_matrix<float>(3, 1, 2));
  sigmoids.set_sigmoids({{-1.5F, 0.2F}, {-0.5F, -0.1F}, {-2, 0}});
  write_case(folder.path(), "svm_sigmoids", sigmoids);
  RandomForest calibrated = grow({4, 5, 1}, 3);
  calibrated.set_temperature(0.6F);
  write_case(folder.path(), "forest_calibrated", calibrated);
  check_cases(folder.path(), 1e-5, 0);
}

TEST_CASE("ONNX Runtime computes histograms of gradients as Hog does") {
  const test::TemporaryFolder folder;
  const Shape image{12, 15, 1};
  const Pixels images = strokes(image, 20);
  const std::vector<HogOptions> all{{.cells = {4}, .deskew = false},
                                    {.cells = {4, 5}},
                                    {.cells = {3}, .bins = 5, .is_signed = false, .block = 1, .deskew = false},
                                    {.cells = {4}, .bins = 9, .block = 3, .norm = HogNorm::l2_hys}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    write_case(folder.path(), "hog_" + std::to_string(i), hog_svm(image, all[i]), images);
  }
  check_cases(folder.path(), 5e-5, 0);
}

TEST_CASE("ONNX Runtime reads EMNIST as the shipped models do") {
  const char* shared = std::getenv("INKLING_SHARED");
  const std::filesystem::path emnist =
      std::filesystem::path(shared != nullptr ? shared : INKLING_SOURCE_DIR "/../shared") / "data" / "emnist";
  const bool there = std::filesystem::exists(emnist);
  const Pixels images = there ? load_emnist(emnist, Split::balanced, Part::test).take(2000).pixels()
                              : load_sample(INKLING_SOURCE_DIR "/data").second.take(200).pixels();
  if (!there) MESSAGE("no EMNIST files below INKLING_SHARED: 200 images of data/ instead");
  const test::TemporaryFolder exact;
  for (const char* name : {"cnn", "mlp", "svm"}) {
    write_case(exact.path(), name, *load_model(INKLING_SOURCE_DIR "/models/" + std::string(name) + ".safetensors"),
               images);
  }
  check_cases(exact.path(), 1e-4, 0);
  // Gradients become bytes before trees see them: where one lies between two bytes, rounding may turn a vote.
  const test::TemporaryFolder rounded;
  write_case(rounded.path(), "forest", *load_model(INKLING_SOURCE_DIR "/models/forest.safetensors"), images);
  check_cases(rounded.path(), 1e-4, static_cast<int>(images.cols() / 200));
}

TEST_CASE("ONNX's own checker finds nothing wrong with the shipped models") {
  const test::TemporaryFolder folder;
  if (!has_python_package("onnx_checker.py", folder.path())) {
    MESSAGE("skipped: needs ONNX for Python (Debian: python3-onnx)");
    return;
  }
  for (const char* name : {"cnn", "mlp", "svm", "forest"}) {
    export_onnx(*load_model(INKLING_SOURCE_DIR "/models/" + std::string(name) + ".safetensors"),
                folder.path() / (std::string(name) + ".onnx"));
  }
  CHECK(run_python("onnx_checker.py", folder.path()) == 0);
}

TEST_CASE("OpenCV reads networks of only_scores") {
  const test::TemporaryFolder folder;
  if (!has_python_package("opencv_check.py", folder.path())) {
    MESSAGE("skipped: needs OpenCV for Python (Debian: python3-opencv)");
    return;
  }
  const Pixels images = random_pixels(784, 5, 11);
  for (const char* name : {"cnn", "mlp"}) {
    const auto model = load_model(INKLING_SOURCE_DIR "/models/" + std::string(name) + ".safetensors");
    write_case(folder.path(), name, *model, images);
    export_onnx(*model, folder.path() / (std::string(name) + ".onnx"), {.only_scores = true});
  }
  CHECK(run_python("opencv_check.py", folder.path()) == 0);
}

TEST_CASE("a forest of features is exported with its cuts") {
  const Matrix features = random_matrix<float>(3, 80, 4);
  std::vector<Label> labels;
  for (Index i = 0; i < features.cols(); ++i) labels.push_back(features(0, i) > 0 ? 1 : 0);
  const RandomForest forest = fit_forest(features, labels, {"a", "b"}, {.trees = 1});
  const forest::Node& root = forest.nodes()[0];
  REQUIRE_FALSE(root.is_leaf());
  const float cut = forest.bins()->cuts()[root.feature][root.threshold];
  const std::string bytes = onnx_bytes(forest);
  CHECK(bytes.find(std::string(reinterpret_cast<const char*>(&cut), sizeof cut)) != std::string::npos);
}

TEST_CASE("an exported file begins as ONNX does, and the same model gives the same bytes") {
  const std::string bytes = onnx_bytes(every_layer());
  CHECK(bytes.substr(0, 11) == "\x08\x08\x12\x07inkling");
  CHECK(bytes == onnx_bytes(every_layer()));
  for (const char* name : {"image", "scores", "Conv", "BatchNormalization", "MaxPool", "Gemm", "Softmax", "transB",
                           "probabilities", "label", "class 6"}) {
    CHECK(bytes.find(name) != std::string::npos);
  }
}

TEST_CASE("layers without a counterpart are refused") {
  nn::Network own({2, 2, 1});
  own.add(Halve()).add(nn::Flatten()).add(nn::Dense({.units = 2}));
  CHECK_THROWS_AS(onnx_bytes(nn::NetworkClassifier(own, {"a", "b"})), ValueError);
  nn::Network after({2, 2, 1});
  after.add(nn::Flatten()).add(nn::Conv2d({.filters = 2, .kernel = 1}));
  CHECK_THROWS_AS(onnx_bytes(nn::NetworkClassifier(after, {"a", "b"})), ValueError);
}
