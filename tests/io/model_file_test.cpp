#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/detail/deflate.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "contains.hpp"
#include "damaged_file.hpp"
#include "random_matrix.hpp"
#include "temporary_folder.hpp"

using namespace inkling;
using inkling::test::contains;
using inkling::test::random_matrix;
using inkling::test::random_pixels;

namespace {

using Bytes = std::vector<std::byte>;

const std::vector<std::string>& names() {
  static const std::vector<std::string> all{"0", "A", "\u00e9\"\\"};
  return all;
}

/// Every kind of layer, with statistics that are not those of a new batch norm.
nn::NetworkClassifier make_network() {
  nn::Network layers({8, 8, 1}, 3);
  layers.add(nn::Conv2d({.filters = 4, .padding = nn::Padding::same, .bias = false}))
      .add(nn::BatchNorm({.epsilon = 1e-3}))
      .add(nn::Relu())
      .add(nn::MaxPool2d({.window = 2}))
      .add(nn::Conv2d({.filters = 5, .kernel = 3, .stride = 2}))
      .add(nn::Dropout({.rate = 0.1}))
      .add(nn::Flatten())
      .add(nn::Dense({.units = 3}));
  Rng rng(4);
  for (nn::Parameter<float>* parameter : layers.parameters()) {
    if (parameter->role == nn::Role::weight) continue;
    for (float& value : parameter->value.reshaped()) value = rng.uniform(0.5F, 1.5F);
  }
  return nn::NetworkClassifier(std::move(layers), names());
}

/// A residual block with a projection, and one inside another.
nn::NetworkClassifier make_residual_network() {
  const nn::Conv2d convolution({.filters = 4, .padding = nn::Padding::same, .bias = false});
  nn::Network layers({6, 6, 2}, 3);
  layers.add(nn::Residual(convolution, nn::BatchNorm()))
      .add(nn::Relu())
      .add(nn::Residual(nn::Residual(convolution), nn::BatchNorm()))
      .add(nn::DepthwiseConv2d())
      .add(nn::SqueezeExcite({.units = 3}))
      .add(nn::GlobalAveragePool())
      .add(nn::Dense({.units = 3}));
  return nn::NetworkClassifier(std::move(layers), names());
}

LinearSvm make_svm() {
  return LinearSvm({4, 5, 1}, names(), random_matrix<float>(20, 3, 1), random_matrix<float>(3, 1, 2));
}

LinearSvm make_hog_svm() {
  const HogOptions options{.cells = {4, 3}, .bins = 7, .is_signed = false, .block = 1, .norm = HogNorm::l2_hys};
  const Index features = Hog({8, 9, 1}, options).size();
  LinearSvm svm({8, 9, 1}, names(), random_matrix<float>(features, 3, 1), random_matrix<float>(3, 1, 2), options);
  svm.set_sigmoids({{-1.5F, 0.25F}, {-2, 0}, {0, 3}});
  return svm;
}

RandomForest make_forest() {
  const Pixels pixels = random_pixels(20, 60, 5);
  std::vector<Label> labels;
  for (Index i = 0; i < pixels.cols(); ++i) labels.push_back(pixels(3, i) > 200 ? 2 : pixels(7, i) > 100 ? 1 : 0);
  return fit_forest(Dataset({4, 5, 1}, pixels, labels, names()), {.trees = 5, .min_samples_leaf = 3});
}

std::vector<std::shared_ptr<const Classifier>> every_kind() {
  return {std::make_shared<nn::NetworkClassifier>(make_network()), std::make_shared<LinearSvm>(make_svm()),
          std::make_shared<LinearSvm>(make_hog_svm()), std::make_shared<RandomForest>(make_forest())};
}

std::unique_ptr<Classifier> load(const Safetensors& file) {
  return load_model(safetensors_bytes(file), "bytes");
}

/// What the FormatError of loading says; empty when it loads.
std::string failure(const std::function<void()>& load) {
  try {
    load();
  } catch (const FormatError& error) {
    return error.what();
  }
  return {};
}

/// What loading `model` says after `damage` was done to its file.
std::string failure_after(const Classifier& model, const std::function<void(Safetensors&)>& damage) {
  return test::failure_after(encode_model(model), damage);
}

template <typename T>
Tensor tensor(std::vector<Index> dims, std::vector<T> values) {
  return make_tensor<T>(std::move(dims), std::span<const T>(values));
}

/// A layer that the library does not know.
class Halve final : public nn::TrainableLayer {
 public:
  static Halve from_options(const StageOptions&) { return {}; }
  std::string_view kind() const noexcept override { return "halve"; }
  Shape build(const Shape& in, Rng&) override { return in; }
  void forward(const ConstMatrixRef<float>& x, MatrixRef<float> y, nn::Scratch<float>&, nn::Mode) const override {
    y = x / 2;
  }
  void backward(const ConstMatrixRef<float>&, const ConstMatrixRef<float>&, const ConstMatrixRef<float>& dy,
                MatrixRef<float> dx, std::span<Matrix>, nn::Scratch<float>&) const override {
    if (dx.cols() > 0) dx = dy / 2;
  }
  std::unique_ptr<nn::Layer> clone() const override { return std::make_unique<Halve>(*this); }
};

/// A classifier that the library does not know.
class Constant final : public Classifier {
 public:
  Constant() : Classifier({1, 1, 1}, {"x"}) {}
  std::string_view kind() const noexcept override { return "constant"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::vote; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<Constant>(*this); }
  Index parameter_count() const noexcept override { return 0; }

 private:
  void compute_scores(const Pixels&, Matrix& result, int) const override { result.setOnes(); }
};

}  // namespace

TEST_CASE("every kind of model survives the disk, and gives the same scores bit for bit") {
  const test::TemporaryFolder folder;
  for (const auto& model : every_kind()) {
    CAPTURE(std::string(model->kind()));
    auto changed = model->clone();
    changed->set_temperature(0.1F);
    save_model(*changed, folder / "model.safetensors");
    const std::unique_ptr<Classifier> loaded = load_model(folder / "model.safetensors");
    CHECK(loaded->kind() == model->kind());
    CHECK(loaded->input_shape() == model->input_shape());
    CHECK(loaded->class_names() == model->class_names());
    CHECK(loaded->temperature() == 0.1F);
    CHECK(loaded->parameter_count() == model->parameter_count());
    const Pixels images = random_pixels(model->input_shape().size(), 37, 9);
    CHECK(loaded->scores(images) == changed->scores(images));
    CHECK(loaded->probabilities(images) == changed->probabilities(images));
    CHECK(encode_model(*loaded) == encode_model(*changed));
  }
}

TEST_CASE("a network of residual blocks survives, with its tensors in them") {
  const nn::NetworkClassifier model = make_residual_network();
  const Safetensors file = encode_model(model);
  const Pixels images = random_pixels(72, 3, 2);
  CHECK(load(file)->scores(images) == model.scores(images));
  CHECK(file.tensors.at("0.0.weight").dims == std::vector<Index>{3, 3, 2, 4});
  CHECK(file.tensors.at("0.shortcut.1.running_mean").dims == std::vector<Index>{4});
  CHECK(file.tensors.at("2.0.0.weight").dims == std::vector<Index>{3, 3, 4, 4});
  CHECK(file.tensors.at("4.0.weight").dims == std::vector<Index>{4, 3});
}

TEST_CASE("a network of the zoo survives") {
  const nn::NetworkClassifier model(nn::vgg({28, 28, 1}, 3, 1, {.width = 2, .dense = 8}), names());
  const Pixels images = random_pixels(784, 3, 2);
  CHECK(load(encode_model(model))->scores(images) == model.scores(images));
}

TEST_CASE("a model in half precision takes about half the bytes and stays close") {
  nn::Network layers({28, 28, 1}, 1);
  layers.add(nn::Flatten()).add(nn::Dense({.units = 100})).add(nn::Relu()).add(nn::Dense({.units = 3}));
  const nn::NetworkClassifier exact(layers, names());
  const Safetensors full = encode_model(exact);
  const Safetensors half = encode_model(exact, {.storage = Storage::f16});
  CHECK(static_cast<double>(safetensors_bytes(half).size()) <
        0.53 * static_cast<double>(safetensors_bytes(full).size()));
  const auto loaded = load(half);
  const Pixels images = random_pixels(784, 20, 2);
  const Matrix difference = loaded->scores(images) - exact.scores(images);
  CHECK(difference.cwiseAbs().maxCoeff() < 5e-3F);
  CHECK(difference.cwiseAbs().maxCoeff() > 0);
  // Rounded once, it is what it is: the self-test's scores are those of the loaded model, and saving again changes
  // nothing.
  CHECK(encode_model(*loaded, {.storage = Storage::f16}) == half);
}

TEST_CASE("half precision keeps biases and statistics, rounds weights, and applies to an SVM, too") {
  const Safetensors half = encode_model(make_network(), {.storage = Storage::f16});
  CHECK(half.tensors.at("0.weight").dtype == Dtype::f16);
  CHECK(half.tensors.at("1.running_variance").dtype == Dtype::f32);
  CHECK(half.tensors.at("4.bias").dtype == Dtype::f32);
  const auto stored =
      tensor_values<Eigen::half>(encode_model(make_svm(), {.storage = Storage::f16}).tensors.at("weight"));
  CHECK(static_cast<float>(stored[21]) == static_cast<float>(Eigen::half(make_svm().weights()(1, 1))));
  CHECK(load(encode_model(make_svm(), {.storage = Storage::f16}))->kind() == "svm");
}

TEST_CASE("numbers that cannot be stored are refused before anything is written") {
  const test::TemporaryFolder folder;
  Matrix weights = make_svm().weights();
  weights(5, 1) = 1e6F;
  const LinearSvm large({4, 5, 1}, names(), weights, make_svm().bias());
  CHECK_THROWS_AS(save_model(large, folder / "model", {.storage = Storage::f16}), ValueError);
  CHECK_NOTHROW(save_model(large, folder / "other"));
  CHECK_THROWS_AS(save_model(make_svm(), folder / "model", {.storage = Storage::i8}), ValueError);
  nn::Network layers = make_network().network();
  layers.parameters()[0]->value(0, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(save_model(nn::NetworkClassifier(layers, names()), folder / "model"), ValueError);
  CHECK_FALSE(std::filesystem::exists(folder / "model"));
}

TEST_CASE("tensors have the layout of the documentation") {
  const nn::NetworkClassifier model = make_network();
  const Safetensors file = encode_model(model);
  CHECK(file.tensors.at("0.weight").dims == std::vector<Index>{3, 3, 1, 4});
  CHECK(file.tensors.at("7.weight").dims == std::vector<Index>{5, 3});
  const auto& dense = dynamic_cast<const nn::Dense&>(model.network().layer(7));
  const auto values = tensor_values<float>(file.tensors.at("7.weight"));
  CHECK(values[2 * 3 + 1] == dense.weight()(1, 2));  // [input 2][unit 1]

  const Safetensors linear = encode_model(make_svm());
  CHECK(linear.tensors.at("weight").dims == std::vector<Index>{3, 20});
  CHECK(tensor_values<float>(linear.tensors.at("weight"))[2 * 20 + 7] == make_svm().weights()(7, 2));

  const Safetensors trees = encode_model(make_forest());
  CHECK(trees.tensors.at("tree.nodes").dims == std::vector<Index>{5});
  CHECK(trees.tensors.at("split.threshold").dtype == Dtype::u8);
}

TEST_CASE("what a file says about its model is read without the model") {
  const test::TemporaryFolder folder;
  auto model = make_network();
  model.set_temperature(1.25F);
  save_model(model, folder / "model",
             {.trained_on = "EMNIST digits", .notes = {{"test_accuracy", "0.99"}, {"seed", "1"}}});
  const ModelInfo info = read_model_info(folder / "model");
  CHECK(info.kind == "network");
  CHECK(info.input_shape == Shape{8, 8, 1});
  CHECK(info.class_names == names());
  CHECK(info.temperature == 1.25F);
  CHECK(info.trained_on == "EMNIST digits");
  CHECK(info.notes == std::map<std::string, std::string>{{"test_accuracy", "0.99"}, {"seed", "1"}});
  REQUIRE(info.architecture.size() == 8);
  CHECK(info.architecture[0].kind == "conv2d");
  CHECK(info.architecture[0].options.integer("filters") == 4);
  CHECK_THROWS_AS(encode_model(model, {.notes = {{"kind", "cat"}}}), ValueError);
  CHECK_THROWS_AS(save_model(model, folder / "other", {.trained_on = "\xff"}), ValueError);
}

TEST_CASE("the self-test's images may be given") {
  const Pixels images = random_pixels(64, 2, 8);
  const Safetensors file = encode_model(make_network(), {.self_test = images});
  CHECK(file.tensors.at("self_test.input").dims == std::vector<Index>{2, 8, 8, 1});
  const auto stored = tensor_values<std::uint8_t>(file.tensors.at("self_test.input"));
  CHECK(Eigen::Map<const Pixels>(stored.data(), 64, 2) == images);
  CHECK(load(file)->num_classes() == 3);
  CHECK_THROWS_AS(encode_model(make_network(), {.self_test = random_pixels(63, 2, 8)}), ShapeError);
}

TEST_CASE("a model whose numbers changed fails its self-test") {
  for (const auto& model : every_kind()) {
    CAPTURE(std::string(model->kind()));
    const auto flip = [](std::string name, std::size_t byte, unsigned char bits) {
      return [=](Safetensors& file) { file.tensors.at(name).bytes.at(byte) ^= std::byte{bits}; };
    };
    // A bit of the exponent of a weight, or of the first split's threshold.
    const std::string name = model->kind() == "network" ? "7.weight" : model->kind() == "svm" ? "weight" : "";
    if (!name.empty()) CHECK(contains(failure_after(*model, flip(name, 3, 0x02)), "bytes: the self-test failed"));
    CHECK(contains(failure_after(*model, flip("self_test.scores", 3, 0x08)), "bytes: the self-test failed"));
  }
  const RandomForest forest = make_forest();
  const auto splits = std::ranges::count_if(forest.nodes(), [](const forest::Node& node) { return !node.is_leaf(); });
  CHECK(contains(failure_after(forest,
                               [&](Safetensors& file) {
                                 const std::vector<std::uint8_t> low(static_cast<std::size_t>(splits), 2);
                                 const auto packed = detail::deflate_bytes(low);
                                 file.tensors["split.threshold"] =
                                     tensor<std::uint8_t>({static_cast<Index>(packed.size())}, packed);
                               }),
                 "the self-test failed"));
}

TEST_CASE("an SVM of HOG features comes back to the bit, with its features and sigmoids") {
  const LinearSvm svm = make_hog_svm();
  const auto loaded = load(encode_model(svm));
  const auto& back = dynamic_cast<const LinearSvm&>(*loaded);
  CHECK(back.weights() == svm.weights());
  CHECK(back.bias() == svm.bias());
  REQUIRE(back.hog().has_value());
  CHECK(back.hog()->options() == svm.hog()->options());
  CHECK(back.sigmoids() == svm.sigmoids());
  const Pixels images = random_pixels(72, 9, 3);
  CHECK(back.scores(images) == svm.scores(images));
  CHECK(back.probabilities(images) == svm.probabilities(images));
}

TEST_CASE("a damaged SVM of HOG features is refused") {
  const auto expect = [](const std::string& message, const std::function<void(Safetensors&)>& damage) {
    const std::string got = failure_after(make_hog_svm(), damage);
    CAPTURE(got);
    CAPTURE(message);
    CHECK(contains(got, message));
  };
  const auto with = [](const std::string& option, const nlohmann::json& value) {
    return [=](Safetensors& file) {
      nlohmann::json architecture = nlohmann::json::parse(file.metadata["architecture"]);
      architecture[0]["options"][option] = value;
      file.metadata["architecture"] = architecture.dump();
    };
  };
  const auto architecture = [](const std::string& text) {
    return [=](Safetensors& file) { file.metadata["architecture"] = text; };
  };
  expect("'weight': expected dimensions", architecture("[]"));
  expect("expected a list", architecture("{}"));
  expect("\"kind\"", architecture("[{},{}]"));
  expect("expected an option \"kind\"", architecture("[{}]"));
  expect("expected hog as kind of features, got \"sift\"", architecture(R"([{"kind":"sift","options":{}}])"));
  expect("expected an option \"cells\"", architecture(R"([{"kind":"hog","options":{}}])"));
  expect("expected l2_hys or l1_sqrt as norm of HOG, got \"l2\"", with("norm", "l2"));
  expect("\"signed\" has the wrong type", with("signed", 1));
  expect("\"cells\" has the wrong type", with("cells", 4));
  expect("at least one size of cells", with("cells", nlohmann::json::array()));
  expect("HogOptions::cells: expected a number from 2", with("cells", {4, 9223372036854775807}));
  expect("HogOptions::cells: expected a number from 2", with("cells", {-4}));
  expect("HogOptions::bins: expected a number from 3 to 16, got 99", with("bins", 99));
  expect("HogOptions::block: expected a number from 1", with("block", -1));
  expect("HogOptions::block", with("block", 9223372036854775807));
  expect("too few", with("block", 40));
  expect("'weight': expected dimensions", with("bins", 8));
  expect("self-test failed", with("deskew", false));
  expect("'sigmoid': expected dimensions", [](Safetensors& file) {
    file.tensors["sigmoid"] = tensor<float>({3, 1}, {-1, -1, -1});
  });
  expect("slope of at most 0", [](Safetensors& file) {
    file.tensors["sigmoid"] = tensor<float>({3, 2}, {1, 0, -1, 0, -1, 0});
  });
}

TEST_CASE("a small difference, as another processor makes it, passes the self-test") {
  CHECK(failure_after(make_svm(), [](Safetensors& file) {
          auto scores = tensor_values<float>(file.tensors.at("self_test.scores"));
          for (float& score : scores) score *= 1.0001F;
          file.tensors.at("self_test.scores") = tensor<float>({4, 3}, scores);
        }).empty());
}

TEST_CASE("a file that is not a whole model is refused with a message that names file and tensor") {
  const nn::NetworkClassifier model = make_network();
  const auto expect = [&](const std::string& message, const std::function<void(Safetensors&)>& damage) {
    const std::string got = failure_after(model, damage);
    CAPTURE(got);
    CAPTURE(message);
    CHECK(contains(got, "bytes: "));
    CHECK(contains(got, message));
  };
  const auto with = [](const std::string& key, const std::string& value) {
    return [=](Safetensors& file) { file.metadata[key] = value; };
  };
  const auto without = [](const std::string& key) { return [=](Safetensors& file) { file.metadata.erase(key); }; };

  for (const char* key : {"format", "format_version", "written_by", "kind", "input_shape", "class_names", "temperature",
                          "architecture", "trained_on"}) {
    expect("the metadata has no \"" + std::string(key) + '"', without(key));
  }
  expect("expected format \"inkling\", got \"pt\"", with("format", "pt"));
  expect("expected format_version \"1\", got \"2\"", with("format_version", "2"));
  expect("unknown kind of model \"cat\"", with("kind", "cat"));
  expect("expected at most one kind of features", with("kind", "svm"));
  expect("it is missing", with("kind", "forest"));
  for (const char* shape : {"[8,8]", "[8,8,1,1]", "[8,8,0]", "[8,-8,1]", "[8,8,1.5]", "8", "{}", "[8,8,\"1\"]",
                            "[8,8,18446744073709551615]"}) {
    expect("as input_shape", with("input_shape", shape));
  }
  expect("'self_test.input': expected dimensions [4,4294967296,4294967296,4294967296]",
         with("input_shape", "[4294967296,4294967296,4294967296]"));
  expect("'self_test.input': expected dimensions [4,4,16,1], got [4,8,8,1]", with("input_shape", "[4,16,1]"));
  expect("not valid JSON", with("input_shape", "[8"));
  expect("'self_test.scores': expected dimensions [4,2], got [4,3]", with("class_names", R"(["0","1"])"));
  expect("expected a list of texts as class_names", with("class_names", "[1,2,3]"));
  expect("'self_test.scores'", with("class_names", "[]"));
  expect("expected a number, got \"warm\"", with("temperature", "warm"));
  expect("expected a number, got \"nan\"", with("temperature", "nan"));
  expect("expected a number, got \"1 \"", with("temperature", "1 "));
  expect("temperature: expected a number above 0", with("temperature", "-1"));

  expect("'0.weight': it is missing", [](Safetensors& file) { file.tensors.erase("0.weight"); });
  expect("'self_test.input': it is missing", [](Safetensors& file) { file.tensors.erase("self_test.input"); });
  expect("the self-test has no image", [](Safetensors& file) {
    file.tensors["self_test.input"] = tensor<std::uint8_t>({0, 8, 8, 1}, {});
    file.tensors["self_test.scores"] = tensor<float>({0, 3}, {});
  });
  expect("'9.weight': it has no place in this model",
         [](Safetensors& file) { file.tensors["9.weight"] = tensor<float>({1}, {1}); });
  expect("'7.bias': expected dimensions [3], got [1,3]", [](Safetensors& file) {
    file.tensors["7.bias"].dims = {1, 3};
  });
  expect("'7.weight': expected dimensions [5,3], got [3,5]", [](Safetensors& file) {
    file.tensors["7.weight"].dims = {3, 5};
  });
  expect("'7.bias': expected type F32, got I32", [](Safetensors& file) { file.tensors["7.bias"].dtype = Dtype::i32; });
  expect("'7.bias': value 1 is not a finite number", [](Safetensors& file) {
    file.tensors["7.bias"] = tensor<float>({3}, {0, std::numeric_limits<float>::quiet_NaN(), 0});
  });
  expect("'self_test.scores': value 0 is not a finite number", [](Safetensors& file) {
    file.tensors["self_test.scores"] = tensor<float>({4, 3}, std::vector<float>(12, HUGE_VALF));
  });
  expect("the self-test failed: scores differ by nan", [](Safetensors& file) {
    file.tensors["1.running_variance"] = tensor<float>({4}, {-1, -1, -1, -1});
  });
}

TEST_CASE("an architecture that is not the one of the weights is refused") {
  const auto with = [](const std::function<void(nlohmann::json&)>& change) {
    return failure_after(make_network(), [&](Safetensors& file) {
      nlohmann::json layers = nlohmann::json::parse(file.metadata["architecture"]);
      change(layers);
      file.metadata["architecture"] = layers.dump();
    });
  };
  CHECK(contains(with([](auto& layers) { layers = 7; }), "expected a list of layers"));
  CHECK(contains(with([](auto& layers) { layers.clear(); }), "1x1x3"));
  CHECK(contains(with([](auto& layers) { layers[0] = 7; }), "bytes: "));
  CHECK(contains(with([](auto& layers) { layers[0].erase("kind"); }), "kind"));
  CHECK(contains(with([](auto& layers) { layers[0].erase("options"); }), "options"));
  CHECK(contains(with([](auto& layers) { layers[2]["kind"] = "teleport"; }), "unknown layer \"teleport\""));
  CHECK(contains(with([](auto& layers) { layers[0]["options"].erase("kernel"); }), "\"kernel\""));
  CHECK(contains(with([](auto& layers) { layers[0]["options"]["stride"] = 0; }),
                 "Conv2dOptions::stride: expected a number from 1"));
  CHECK(contains(with([](auto& layers) { layers[0]["options"]["stride"] = 2; }), "bytes: "));
  CHECK(contains(with([](auto& layers) { layers[3]["options"]["window"] = 9; }), "layer 3 (max_pool2d)"));
  CHECK(contains(with([](auto& layers) { layers.erase(7); }), "classes"));
  // Sizes that no memory could hold are seen before they are asked for.
  CHECK(contains(with([](auto& layers) { layers[7]["options"]["units"] = 1'000'000; }),
                 "'7.weight': expected dimensions [5,1000000], got [5,3]"));
  CHECK(contains(with([](auto& layers) { layers[7]["options"]["units"] = Index{1} << 60; }), "DenseOptions::units"));
  CHECK(contains(with([](auto& layers) { layers[0]["options"]["filters"] = 65'535; }), "'0.weight'"));
  CHECK(contains(with([](auto& layers) { layers[0]["options"]["kernel"] = 1024; }), "'0.weight'"));

  const std::string deep = failure_after(
      make_network(), [](Safetensors& file) { file.metadata["architecture"] = std::string(100'000, '['); });
  CHECK(contains(deep, "nested too deeply"));
}

TEST_CASE("layers inside a block are checked as those outside are, before they take memory") {
  const auto with = [](const std::function<void(nlohmann::json&)>& change) {
    return failure_after(make_residual_network(), [&](Safetensors& file) {
      nlohmann::json layers = nlohmann::json::parse(file.metadata["architecture"]);
      change(layers);
      file.metadata["architecture"] = layers.dump();
    });
  };
  CHECK(with([](auto&) {}) == "");
  const Index huge = 65'535;
  CHECK(contains(with([](auto& layers) { layers[0]["options"]["layers"] = 7; }), "\"layers\" has the wrong type"));
  CHECK(contains(with([](auto& layers) { layers[0]["options"]["layers"].clear(); }), "layer"));
  CHECK(contains(with([](auto& layers) { layers[0]["options"].clear(); }), "layers"));
  CHECK(contains(with([=](auto& layers) { layers[0]["options"]["layers"][0]["options"]["filters"] = huge; }),
                 "'0.0.weight': expected dimensions [3,3,2,65535], got [3,3,2,4]"));
  CHECK(contains(with([=](auto& layers) {
                   layers[2]["options"]["layers"][0]["options"]["layers"][0]["options"]["filters"] = huge;
                 }),
                 "'2.0.0.weight'"));
  CHECK(contains(with([](auto& layers) { layers[3]["options"]["kernel"] = 1024; }), "'3.weight'"));
  CHECK(contains(with([](auto& layers) { layers[4]["options"]["units"] = 1'000'000; }), "'4.0.weight'"));
  // A path that changes the shape asks for a projection.
  const auto flatten = nlohmann::json::array({{{"kind", "flatten"}, {"options", nlohmann::json::object()}}});
  CHECK(contains(with([&](auto& layers) { layers[0]["options"]["layers"] = flatten; }),
                 "'0.shortcut.0.weight': expected dimensions [1,1,2,72], got [1,1,2,4]"));
  CHECK(contains(with([&](auto& layers) { layers[2]["options"]["layers"] = flatten; }),
                 "'2.shortcut.0.weight': it is missing"));
  // Blocks inside blocks inside blocks ...
  const std::string deep = with([](auto& layers) {
    for (int depth = 0; depth < 100; ++depth) {
      nlohmann::json outer = {{"kind", "residual"}, {"options", {{"layers", nlohmann::json::array({layers[2]})}}}};
      layers[2] = outer;
    }
  });
  CHECK(contains(deep, "nested too deeply"));
}

TEST_CASE("a layer may not blow a small file up to a huge activation") {
  nn::Network layers({512, 512, 1});
  layers.add(nn::MaxPool2d({.window = 512})).add(nn::Dense({.units = 2}));
  Safetensors file = encode_model(nn::NetworkClassifier(layers, {"a", "b"}));
  file.metadata["architecture"] =
      R"([{"kind":"conv2d","options":{"filters":65,"kernel":1,"stride":1,"padding":"same","bias":false,)"
      R"("initialisation":"he"}}])";
  file.tensors["0.weight"] = tensor<float>({1, 1, 1, 65}, std::vector<float>(65, 1));
  CHECK(contains(failure([&] { load(file); }), "layer 0 puts out 512x512x65"));
}

TEST_CASE("a forest's arrays are checked") {
  const RandomForest model = make_forest();
  CHECK(contains(failure_after(model,
                               [](Safetensors& file) {
                                 file.tensors["tree.nodes"].dims = {1, 5};
                               }),
                 "'tree.nodes': expected one dimension, got [1,5]"));
  const auto with_bytes = [&](const char* name, const std::vector<std::uint8_t>& bytes) {
    return failure_after(model, [&](Safetensors& file) {
      const auto packed = detail::deflate_bytes(bytes);
      file.tensors[name] = tensor<std::uint8_t>({static_cast<Index>(packed.size())}, packed);
    });
  };
  const auto splits = static_cast<std::size_t>(
      std::ranges::count_if(model.nodes(), [](const forest::Node& node) { return !node.is_leaf(); }));
  CHECK(contains(with_bytes("split.threshold", {1, 2, 3}), "'split.threshold': expected " + std::to_string(splits)));
  CHECK(contains(with_bytes("split.feature", std::vector<std::uint8_t>(2 * splits, 0xFF)), "no feature"));
  CHECK(contains(with_bytes("split.feature", std::vector<std::uint8_t>(2 * splits, 0x20)), "feature 8224 of 20"));
  const std::size_t bytes = (model.nodes().size() + 7) / 8;
  CHECK(contains(with_bytes("leaf.classes", std::vector<std::uint8_t>(2 * (splits + 5), 0)), "at least one class"));
  for (const int bits : {0x00, 0xFF}) {  // trees that end at once, and trees that never end
    CHECK_FALSE(with_bytes("node.is_split", std::vector<std::uint8_t>(bytes, static_cast<std::uint8_t>(bits))).empty());
  }
  CHECK(contains(
      failure_after(
          model,
          [](Safetensors& file) {
            file.tensors["tree.nodes"] = tensor<std::uint32_t>({2}, std::vector<std::uint32_t>{0xFFFFFFFF, 0xFFFFFFFF});
          }),
      "8589934590 nodes with 0 shares of classes are more than a file of"));
}

TEST_CASE("a forest comes back to the bit, whatever the order of its nodes was") {
  using forest::Node;
  // In a file the children of node 1 come before those of node 2.
  const std::vector<Node> nodes{{1, 0, 90},         {5, 0, 30},         {3, 1, 150},       {0, Node::leaf, 1},
                                {0, Node::leaf, 0}, {1, Node::leaf, 0}, {7, Node::leaf, 1}};
  const std::vector<std::uint16_t> table{3, 0, 5, 1, 1, 2, 65535, 2, 0, 300, 2, 1};
  const RandomForest model({1, 2, 1}, {"a", "b", "c"}, nodes, {0}, table);
  const auto loaded = load(encode_model(model));
  const Pixels images = random_pixels(2, 50, 3);
  CHECK(loaded->scores(images) == model.scores(images));
  CHECK(load(encode_model(*loaded))->scores(images) == model.scores(images));
}

TEST_CASE("a forest that looks at gradients is saved with the options of its features") {
  const Pixels pixels = random_pixels(64, 80, 5);
  std::vector<Label> labels;
  for (Index i = 0; i < pixels.cols(); ++i) labels.push_back(pixels(27, i) > 100 ? 1 : 0);
  const HogOptions hog{.cells = {4}, .bins = 6, .norm = HogNorm::l1_sqrt, .deskew = true};
  const RandomForest model = fit_forest(Dataset({8, 8, 1}, pixels, labels, {"a", "b"}), {.trees = 70, .hog = hog});
  const Safetensors file = encode_model(model);
  const auto loaded = load(file);
  CHECK(dynamic_cast<const RandomForest&>(*loaded).hog()->options() == hog);
  CHECK(loaded->scores(pixels) == model.scores(pixels));
  CHECK(loaded->temperature() == model.temperature());
  // Rounding on another processor may turn the votes of a few trees.
  const auto with_votes_turned = [&](float trees) {
    return failure_after(model, [&](Safetensors& changed) {
      auto scores = tensor_values<float>(changed.tensors.at("self_test.scores"));
      scores[0] += trees / 70;
      changed.tensors.at("self_test.scores") = tensor<float>({4, 2}, scores);
    });
  };
  CHECK(with_votes_turned(2).empty());
  CHECK(contains(with_votes_turned(5), "the self-test failed"));
  CHECK(contains(
      failure_after(model, [](Safetensors& changed) { changed.metadata["architecture"] = R"([{"kind":"sift"}])"; }),
      "sift"));
  CHECK_FALSE(failure_after(model, [](Safetensors& changed) { changed.metadata["architecture"] = "[]"; }).empty());
}

TEST_CASE("a network with a layer of one's own needs a registry that knows it") {
  nn::Network layers({2, 2, 1});
  layers.add(Halve()).add(nn::Flatten()).add(nn::Dense({.units = 3}));
  const nn::NetworkClassifier model(layers, names());
  for (const Storage storage : {Storage::f32, Storage::f16, Storage::i8}) {
    const Bytes bytes = safetensors_bytes(encode_model(model, {.storage = storage}));
    CHECK(contains(failure([&] { load_model(bytes, "bytes"); }), "unknown layer \"halve\""));
    nn::LayerRegistry registry = nn::LayerRegistry::standard();
    registry.add<Halve>("halve");
    CHECK(load_model(bytes, "bytes", registry)->num_classes() == 3);
  }
}

TEST_CASE("a classifier of one's own cannot be saved") {
  CHECK_THROWS_AS(encode_model(Constant()), ValueError);
}

TEST_CASE("a failed save keeps the old model") {
  const test::TemporaryFolder folder;
  save_model(make_svm(), folder / "model");
  CHECK_THROWS_AS(save_model(make_svm(), folder / "nowhere/model"), FileError);
  CHECK_THROWS_AS(save_model(Constant(), folder / "model"), ValueError);
  CHECK(load_model(folder / "model")->kind() == "svm");
  CHECK_THROWS_AS(load_model(folder / "nowhere"), FileError);
  CHECK_THROWS_AS(read_model_info(folder / "nowhere"), FileError);
}

TEST_CASE("a model cut anywhere is refused") {
  const Bytes whole = safetensors_bytes(
      encode_model(LinearSvm({1, 2, 1}, {"a", "b"}, random_matrix<float>(2, 2, 1), random_matrix<float>(2, 1, 2))));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(failure([&] { load_model(cut, "bytes"); }).empty());
  }
}

TEST_CASE("any changed byte is refused, or gives a model that works") {
  // Small models: the loop visits every byte of the file.
  nn::Network layers({2, 2, 1}, 1);
  layers.add(nn::Conv2d({.filters = 1, .kernel = 1})).add(nn::Flatten()).add(nn::Dense({.units = 2}));
  const Pixels pixels = random_pixels(2, 12, 5);
  std::vector<Label> labels;
  for (Index i = 0; i < 12; ++i) labels.push_back(pixels(0, i) > 128 ? 1 : 0);
  const std::array<std::shared_ptr<const Classifier>, 3> models{
      std::make_shared<nn::NetworkClassifier>(layers, std::vector<std::string>{"a", "b"}),
      std::make_shared<LinearSvm>(Shape{1, 2, 1}, std::vector<std::string>{"a", "b"}, random_matrix<float>(2, 2, 1),
                                  random_matrix<float>(2, 1, 2)),
      std::make_shared<RandomForest>(
          fit_forest(Dataset({1, 2, 1}, pixels, labels, {"a", "b"}), {.trees = 2, .min_samples_leaf = 2}))};
  for (const auto& model : models) {
    CAPTURE(std::string(model->kind()));
    const Bytes whole =
        safetensors_bytes(encode_model(*model, {.self_test = random_pixels(model->input_shape().size(), 1, 1)}));
    int loaded = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const unsigned bits : {0x01U, 0x80U}) {
        Bytes changed = whole;
        changed[at] ^= static_cast<std::byte>(bits);
        try {
          const auto other = load_model(changed, "bytes");
          ++loaded;
          CHECK(other->scores(random_pixels(other->input_shape().size(), 2, 3), 1).allFinite());
        } catch (const FormatError&) {
        }
      }
    }
    CHECK(loaded > 0);  // trained_on and names may become others
    CHECK(static_cast<std::size_t>(loaded) < whole.size());
  }
}

TEST_CASE("texts that are not UTF-8 are refused before they are written") {
  nn::Network network({1, 1, 2}, 1);
  network.add(nn::Dense({.units = 2}));
  const std::string latin = "\xE9t\xE9";
  CHECK_THROWS_WITH_AS(encode_model(nn::NetworkClassifier(network, {"a", latin})), doctest::Contains("UTF-8"),
                       ValueError);
  const nn::NetworkClassifier model(network, {"a", "\u00e9"});
  CHECK_NOTHROW(encode_model(model));
  CHECK_THROWS_WITH_AS(encode_model(model, {.trained_on = latin}), doctest::Contains("SaveOptions::trained_on"),
                       ValueError);
  CHECK_THROWS_WITH_AS(encode_model(model, {.notes = {{"by", latin}}}), doctest::Contains("SaveOptions::notes"),
                       ValueError);
}

TEST_CASE("a small file may not ask for the memory of many nodes") {
  const RandomForest model = make_forest();
  const auto with_nodes = [&](std::uint32_t nodes) {
    return failure_after(model, [&](Safetensors& file) {
      // As many leaves as it says, which pack into next to nothing.
      const auto add = [&](const char* name, std::size_t bytes, std::uint8_t value) {
        const auto packed = detail::deflate_bytes(std::vector<std::uint8_t>(bytes, value));
        file.tensors[name] = tensor<std::uint8_t>({static_cast<Index>(packed.size())}, packed);
      };
      file.tensors["tree.nodes"] = tensor<std::uint32_t>({1}, std::vector<std::uint32_t>{nodes});
      add("node.is_split", (nodes + 7) / 8, 0);
      add("leaf.classes", 2 * std::size_t{nodes}, 1);
    });
  };
  CHECK(contains(with_nodes(8'000'000), "8000000 nodes with 0 shares of classes are more than a file of"));
  CHECK_FALSE(contains(with_nodes(1'000), "more than a file of"));
}

TEST_CASE("a forest that packs better than readers accept is written unpacked") {
  // One tree: each split sends everything to a leaf at its left, and has the next split at its right.
  const std::uint32_t splits = 2'000'000;
  std::vector<forest::Node> nodes(2 * splits + 1);
  for (std::uint32_t i = 0; i < splits; ++i) nodes[i == 0 ? 0 : 2 * i] = {2 * i + 1, 0, 255};
  const RandomForest forest({1, 1, 1}, {"a"}, nodes, {0}, {});
  const auto loaded = load(encode_model(forest));
  CHECK(std::ranges::equal(dynamic_cast<const RandomForest&>(*loaded).nodes(), nodes));
}

TEST_CASE("layers that put out much need a file to match") {
  nn::Network large({256, 256, 1}, 1);
  for (int i = 0; i < 64; ++i) large.add(nn::Conv2d({.filters = 1, .kernel = 1, .bias = false}));
  large.add(nn::MaxPool2d({.window = 256})).add(nn::Flatten()).add(nn::Dense({.units = 2}));
  const Safetensors file = encode_model(nn::NetworkClassifier(large, {"a", "b"}));
  CHECK(contains(failure([&] { load(file); }), "bytes for the self-test, more than a file of"));
}
