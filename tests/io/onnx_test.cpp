#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
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

#include <cstdlib>
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
void write_case(const std::filesystem::path& folder, const std::string& name, const Classifier& model) {
  export_onnx(model, folder / (name + ".onnx"));
  const Shape& shape = model.input_shape();
  const Pixels images = random_pixels(shape.size(), 9, 11);
  const Matrix scores = model.scores(images);
  std::ofstream(folder / (name + ".json"))
      << nlohmann::json{{"height", shape.height},
                        {"width", shape.width},
                        {"channels", shape.channels},
                        {"images", images.cols()},
                        {"pixels", std::vector<int>(images.data(), images.data() + images.size())},
                        {"scores", std::vector<float>(scores.data(), scores.data() + scores.size())}};
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

  const std::string script = INKLING_SOURCE_DIR "/tests/io/onnx_check.mjs";
  const int status = std::system(("node '" + script + "' '" + folder.path().string() + "'").c_str());
  constexpr int absent = 77;
  constexpr int no_node = 127;
  if (WEXITSTATUS(status) == absent || WEXITSTATUS(status) == no_node) {
    MESSAGE("skipped: needs node and onnxruntime-node in $INKLING_NODE_MODULES");
    return;
  }
  CHECK(status == 0);
}

TEST_CASE("an exported file begins as ONNX does, and the same model gives the same bytes") {
  const std::string bytes = onnx_bytes(every_layer());
  CHECK(bytes.substr(0, 11) == "\x08\x08\x12\x07inkling");
  CHECK(bytes == onnx_bytes(every_layer()));
  for (const char* name : {"image", "scores", "Conv", "BatchNormalization", "MaxPool", "Gemm", "Softmax"}) {
    CHECK(bytes.find(name) != std::string::npos);
  }
}

TEST_CASE("an SVM of HOG features is refused: ONNX has no operator for them") {
  const HogOptions options{.cells = {4}, .block = 1};
  const Index features = Hog({8, 8, 1}, options).size();
  const LinearSvm svm({8, 8, 1}, class_names(2), Matrix::Zero(features, 2), Vector::Zero(2), options);
  CHECK_THROWS_WITH_AS(onnx_bytes(svm),
                       "export_onnx: ONNX has no operator for HOG features; export an SVM of pixels, or a network",
                       ValueError);
}

TEST_CASE("layers without a counterpart are refused") {
  nn::Network own({2, 2, 1});
  own.add(Halve()).add(nn::Flatten()).add(nn::Dense({.units = 2}));
  CHECK_THROWS_AS(onnx_bytes(nn::NetworkClassifier(own, {"a", "b"})), ValueError);
  nn::Network after({2, 2, 1});
  after.add(nn::Flatten()).add(nn::Conv2d({.filters = 2, .kernel = 1}));
  CHECK_THROWS_AS(onnx_bytes(nn::NetworkClassifier(after, {"a", "b"})), ValueError);
}
