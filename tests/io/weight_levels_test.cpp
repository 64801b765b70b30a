#include <inkling/core/error.hpp>
#include <inkling/io/detail/deflate.hpp>
#include <inkling/io/model/detail/weight_levels.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "contains.hpp"
#include "damaged_file.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using inkling::detail::to_levels;
using inkling::test::contains;
using inkling::test::random_matrix;
using inkling::test::random_pixels;

namespace {

nn::NetworkClassifier make_network() {
  nn::Network layers({8, 8, 1}, 3);
  layers.add(nn::Conv2d({.filters = 4, .padding = nn::Padding::same, .bias = false}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::Flatten())
      .add(nn::Dense({.units = 3}));
  return {layers, {"a", "b", "c"}};
}

std::string failure_after(const std::function<void(Safetensors&)>& damage) {
  return test::failure_after(encode_model(make_network(), {.storage = Storage::i8}), damage);
}

void set_levels(Safetensors& file, const std::string& layer, const std::vector<std::uint8_t>& levels) {
  const auto packed = inkling::detail::deflate_bytes(levels);
  file.tensors.at(layer + ".weight.levels") = make_tensor<std::uint8_t>({static_cast<Index>(packed.size())}, packed);
}

}  // namespace

TEST_CASE("levels are the nearest, with a step for each output") {
  Matrix weights = random_matrix<float>(5, 40, 1);
  weights.row(1) *= 1000;
  weights.row(2).setZero();
  const auto levels = to_levels(weights, true);
  const Matrix rounded = levels.weights();
  for (Index i = 0; i < weights.rows(); ++i) {
    CHECK(levels.steps(i) == weights.row(i).cwiseAbs().maxCoeff() / 127);
    CHECK((rounded.row(i) - weights.row(i)).cwiseAbs().maxCoeff() <= 0.5001F * levels.steps(i));
    int most = 0;
    for (Index k = 0; k < 40; ++k) most = std::max(most, std::abs(levels.levels[static_cast<std::size_t>(k * 5 + i)]));
    CHECK(most == (i == 2 ? 0 : 127));
  }
}

TEST_CASE("a dense layer of very many inputs has coarser steps, a convolution has not") {
  const Matrix weights = random_matrix<float>(2, 1024, 1);
  for (Index i = 0; i < 2; ++i) {
    const float root_mean_square = weights.row(i).norm() / 32;
    CHECK(to_levels(weights, true).steps(i) == doctest::Approx(root_mean_square / 3));
    CHECK(to_levels(weights, false).steps(i) < 0.1F * root_mean_square);
    CHECK(to_levels(weights.leftCols(1023), true).steps(i) < 0.1F * root_mean_square);
  }
}

TEST_CASE("a network stored as levels is that of the rounded weights, and its self-test theirs") {
  const nn::NetworkClassifier model = make_network();
  const Safetensors file = encode_model(model, {.storage = Storage::i8});
  CHECK(file.tensors.at("0.weight.levels").dtype == Dtype::u8);
  CHECK(file.tensors.at("0.weight.steps").dims == std::vector<Index>{4});
  CHECK_FALSE(file.tensors.contains("0.weight"));
  CHECK(file.tensors.at("1.running_variance").dtype == Dtype::f32);
  CHECK(file.tensors.at("4.bias").dtype == Dtype::f32);
  const auto loaded = load_model(safetensors_bytes(file), "bytes");
  const auto& network = dynamic_cast<const nn::NetworkClassifier&>(*loaded).network();
  CHECK(network.parameters()[0]->value == to_levels(model.network().parameters()[0]->value, false).weights());
  const Pixels images = random_pixels(64, 20, 2);
  const float difference = (loaded->scores(images) - model.scores(images)).cwiseAbs().maxCoeff();
  CHECK(difference > 0);
  CHECK(difference < 0.02F);
}

TEST_CASE("weights that pack very well are stored so that a reader takes them") {
  nn::Network layers({1, 1, 200}, 1);
  layers.add(nn::Dense({.units = 500})).add(nn::Relu()).add(nn::Dense({.units = 2}));
  layers.parameters()[0]->value.setZero();
  const nn::NetworkClassifier model(layers, {"a", "b"});
  const auto bytes = safetensors_bytes(encode_model(model, {.storage = Storage::i8}));
  CHECK(load_model(bytes, "bytes")->scores(random_pixels(200, 2, 1)).allFinite());
}

TEST_CASE("damaged levels and steps are refused by name") {
  const auto fails = [](const std::string& words, const std::function<void(Safetensors&)>& change) {
    const std::string text = failure_after(change);
    CAPTURE(text);
    CHECK(contains(text, words));
  };
  const auto set_step = [](float step) {
    return [step](Safetensors& file) {
      file.tensors.at("0.weight.steps") = make_tensor<float>({4}, std::vector<float>{0.1F, 0.1F, step, 0.1F});
    };
  };
  CHECK(failure_after([](Safetensors&) {}).empty());
  fails("'0.weight.steps': value 2 is not a finite number", set_step(std::numeric_limits<float>::quiet_NaN()));
  fails("'0.weight.steps': expected steps of at least 0, got -1", set_step(-1));
  fails("'0.weight.steps': expected steps of at least 0", set_step(3e38F));
  fails("self-test", set_step(100));
  fails("'0.weight.steps': it is missing", [](Safetensors& file) { file.tensors.erase("0.weight.steps"); });
  fails("'0.weight.steps'",
        [](Safetensors& file) { file.tensors["0.weight.steps"] = make_tensor<float>({1}, std::vector<float>{1}); });
  fails("'0.weight'", [](Safetensors& file) { file.tensors.erase("0.weight.levels"); });
  fails("'0.weight.levels': expected 36 bytes",
        [](Safetensors& file) { set_levels(file, "0", std::vector<std::uint8_t>(35, 1)); });
  fails("'0.weight.levels': expected 36 bytes",
        [](Safetensors& file) { set_levels(file, "0", std::vector<std::uint8_t>(37, 1)); });
  fails("-128", [](Safetensors& file) { set_levels(file, "0", std::vector<std::uint8_t>(36, 128)); });
  fails("self-test", [](Safetensors& file) { set_levels(file, "4", std::vector<std::uint8_t>(256 * 3, 9)); });
  fails("'0.weight.levels': expected 36 bytes", [](Safetensors& file) {
    file.tensors.at("0.weight.levels") = make_tensor<std::uint8_t>({3}, std::vector<std::uint8_t>{1, 2, 3});
  });
  fails("one dimension", [](Safetensors& file) { file.tensors.at("0.weight.levels").dims.push_back(1); });
  fails("no place", [](Safetensors& file) {  // both ways
    file.tensors["0.weight"] = make_tensor<float>({3, 3, 1, 4}, std::vector<float>(36));
  });
  fails("'1.scale'", [](Safetensors& file) {  // what is no weight is stored in full
    file.tensors["1.scale.levels"] = file.tensors.at("0.weight.levels");
    file.tensors.erase("1.scale");
  });
}

TEST_CASE("a small file of levels cannot ask for much memory") {
  const std::string text = failure_after([](Safetensors& file) {
    auto& architecture = file.metadata["architecture"];
    const std::string units = "\"units\":3";
    architecture.replace(architecture.find(units), units.size(), "\"units\":1000000");
  });
  CAPTURE(text);
  CHECK(contains(text, "'4.weight.levels': expected weights [256,1000000], more than its"));
}
