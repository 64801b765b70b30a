#include <inkling/core/error.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "all_close.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn;
using inkling::test::mismatch;
using inkling::test::random_matrix;

namespace {

/// Every layer of the library, with weights, biases and statistics that are not at their start.
Network every_layer() {
  Network network({9, 8, 1}, 3);
  network.add(Conv2d({.filters = 5, .padding = Padding::same, .bias = false}))
      .add(BatchNorm())
      .add(Relu())
      .add(MaxPool2d({.window = 2}))
      .add(Conv2d({.filters = 7, .kernel = 2}))
      .add(Relu())
      .add(Flatten())
      .add(Dropout({.rate = 0.4}))
      .add(Dense({.units = 20}))
      .add(BatchNorm())
      .add(Relu())
      .add(Dense({.units = 4}));
  std::uint64_t seed = 50;
  for (auto* parameter : network.parameters()) {
    if (parameter->role == Role::weight) continue;
    parameter->value += random_matrix<float>(parameter->value.rows(), 1, seed++).cwiseAbs();
  }
  return network;
}

Matrix run(const Network& network, const Matrix& x, Mode mode = Mode::inference) {
  Workspace workspace;
  workspace.seed(9);
  return network.forward(x, workspace, mode);
}

std::string message_of_adding(Network network, auto layer) {
  try {
    network.add(std::move(layer));
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("shapes are inferred layer by layer") {
  const Network network = every_layer();
  CHECK(network.size() == 12);
  CHECK(network.input_shape() == Shape{9, 8, 1});
  CHECK(network.output_shape(0) == Shape{9, 8, 5});
  CHECK(network.output_shape(3) == Shape{4, 4, 5});
  CHECK(network.output_shape(4) == Shape{3, 3, 7});
  CHECK(network.output_shape(6) == Shape{1, 1, 63});
  CHECK(network.output_shape() == Shape{1, 1, 4});
}

TEST_CASE("the output of a convolution has the size that its padding promises") {
  const auto out = [](Index size, Index kernel, Index stride, Padding padding) {
    Network network({size, size + 1, 1});
    network.add(Conv2d({.filters = 2, .kernel = kernel, .stride = stride, .padding = padding}));
    return network.output_shape();
  };
  CHECK(out(7, 3, 1, Padding::valid) == Shape{5, 6, 2});
  CHECK(out(7, 3, 2, Padding::valid) == Shape{3, 3, 2});
  CHECK(out(7, 4, 3, Padding::valid) == Shape{2, 2, 2});
  CHECK(out(7, 3, 1, Padding::same) == Shape{7, 8, 2});
  CHECK(out(7, 2, 1, Padding::same) == Shape{7, 8, 2});
  CHECK(out(7, 3, 2, Padding::same) == Shape{4, 4, 2});
  CHECK(out(7, 1, 3, Padding::same) == Shape{3, 3, 2});
}

TEST_CASE("a layer that does not fit is named with its number, kind, what it expected and got") {
  const Network network = every_layer();
  CHECK(message_of_adding(network, Conv2d({.filters = 1})) ==
        "Network: layer 12 (conv2d): expected an input of at least 3x3 for its kernel, got 1x1x4");
  CHECK(message_of_adding(network, MaxPool2d({.window = 2})) ==
        "Network: layer 12 (max_pool2d): expected an input of at least 2x2 for its window, got 1x1x4");
  CHECK(message_of_adding(Network({4, 4, 2}), Dense({.units = 1})) ==
        "Network: layer 0 (dense): expected a flat input 1x1xN, got 4x4x2; add Flatten before it");
}

TEST_CASE("a network is unchanged by a layer that does not fit") {
  Network network = every_layer();
  CHECK_THROWS_AS(network.add(Conv2d({.filters = 1})), ShapeError);
  CHECK(network.size() == 12);
  CHECK(network.output_shape() == Shape{1, 1, 4});
  network.add(Dense({.units = 3}));
  CHECK(network.output_shape() == Shape{1, 1, 3});
}

TEST_CASE("wrong input is refused") {
  CHECK_THROWS_AS(Network({0, 3, 1}), ShapeError);
  CHECK_THROWS_AS(run(Network({2, 3, 1}), Matrix::Zero(6, 1)), ShapeError);
  CHECK_THROWS_WITH_AS(run(every_layer(), Matrix::Zero(71, 2)),
                       "Network: expected input of 9x8x1 (72 rows), got 71 rows", ShapeError);
}

TEST_CASE("options that make no sense are refused") {
  CHECK_THROWS_AS(Dense({.units = 0}), ValueError);
  CHECK_THROWS_AS(Conv2d({.filters = 0}), ValueError);
  CHECK_THROWS_AS(Conv2d({.filters = 1, .kernel = 0}), ValueError);
  CHECK_THROWS_AS(Conv2d({.filters = 1, .stride = 0}), ValueError);
  CHECK_THROWS_AS(MaxPool2d({.window = 0}), ValueError);
  CHECK_THROWS_AS(MaxPool2d({.window = 2, .stride = -1}), ValueError);
  CHECK_THROWS_AS(Dropout({.rate = 1}), ValueError);
  CHECK_THROWS_AS(Dropout({.rate = -0.1}), ValueError);
  CHECK_THROWS_AS(Dropout({.rate = std::nan("")}), ValueError);
  CHECK_THROWS_AS(BatchNorm({.epsilon = 0}), ValueError);
}

TEST_CASE("parameters have names, dimensions in the order of memory, and counts") {
  const Network network = every_layer();
  const auto names = network.parameter_names();
  CHECK(names == std::vector<std::string>{"0.weight", "1.scale", "1.shift", "1.running_mean", "1.running_variance",
                                          "4.weight", "4.bias", "8.weight", "8.bias", "9.scale", "9.shift",
                                          "9.running_mean", "9.running_variance", "11.weight", "11.bias"});
  const auto parameters = network.parameters();
  REQUIRE(parameters.size() == names.size());
  for (const auto* parameter : parameters) {
    Index product = 1;
    for (const Index dim : parameter->dims) product *= dim;
    CHECK(product == parameter->value.size());
  }
  CHECK(parameters[5]->dims == std::vector<Index>{2, 2, 5, 7});
  CHECK(parameters[7]->dims == std::vector<Index>{63, 20});
  CHECK(network.parameter_count() == 3 * 3 * 5 + 10 + 2 * 2 * 5 * 7 + 7 + 63 * 20 + 20 + 40 + 20 * 4 + 4);
}

TEST_CASE("the networks of the zoo have the sizes that they state") {
  CHECK(lenet({28, 28, 1}, 10, 0).parameter_count() == 1199882);
  CHECK(mlp({28, 28, 1}, 10, 0).parameter_count() == 535818);
  CHECK(vgg({28, 28, 1}, 47, 0).parameter_count() == 1757135);
  CHECK(character_cnn({28, 28, 1}, 47, 0).parameter_count() == 1479375);
  CHECK(vgg({32, 32, 3}, 47, 0).output_shape() == Shape{1, 1, 47});
}

TEST_CASE("a sample's logits have the same bits whatever samples are computed with it") {
  const Network network = every_layer();
  const Matrix x = random_matrix<float>(72, 33, 1);
  const Matrix together = run(network, x);
  for (const Index width : {1, 7, 32}) {
    for (Index first = 0; first < 33; first += width) {
      const Index count = std::min(width, 33 - first);
      CHECK(run(network, x.middleCols(first, count)) == together.middleCols(first, count));
    }
  }
}

TEST_CASE("an image's probabilities have the same bits whatever images are classified with it") {
  const Network network = every_layer();
  const NetworkClassifier classifier(network, {"a", "b", "c", "d"});
  Network odd = network;
  odd.add(Dense({.units = 47}));
  const NetworkClassifier many(odd, std::vector<std::string>(47, "x"));
  Rng rng(3);
  Pixels images(72, 70);
  for (auto& pixel : images.reshaped()) pixel = static_cast<std::uint8_t>(rng.below(256));
  for (const NetworkClassifier* model : {&classifier, &many}) {
    const Matrix together = model->scores(images, 2);
    for (Index i = 0; i < images.cols(); ++i) {
      CAPTURE(i);
      CHECK(model->scores(images.col(i), 1) == together.col(i));
    }
  }
}

TEST_CASE("a workspace serves inputs of any width and other networks, one after another") {
  const Network network = every_layer();
  Network other({1, 1, 3}, 1);
  other.add(Dense({.units = 2}));
  Workspace workspace;
  for (const Index width : {3, 40, 1, 7}) {
    const Matrix x = random_matrix<float>(72, width, 1);
    CHECK(network.forward(x, workspace) == run(network, x));
    const Matrix small = random_matrix<float>(3, width, 2);
    CHECK(other.forward(small, workspace) == run(other, small));
  }
}

TEST_CASE("some rows of a larger matrix are refused, for layers read a batch as one piece of memory") {
  Network network({1, 1, 3}, 1);
  network.add(BatchNorm());
  const Matrix large = random_matrix<float>(5, 4, 1);
  const Matrix part = large.topRows(3);
  Workspace workspace;
  std::vector<Matrix> gradients;
  CHECK_THROWS_AS(network.forward(large.topRows(3), workspace), ShapeError);
  network.forward(part, workspace, Mode::training);
  CHECK_THROWS_AS(network.backward(large.topRows(3), part, workspace, gradients), ShapeError);
  CHECK_THROWS_AS(network.backward(part, large.topRows(3), workspace, gradients), ShapeError);
  CHECK(run(network, large.topRows(3).leftCols(1)) == run(network, part.leftCols(1)));
}

TEST_CASE("the caller's input is never overwritten") {
  const Matrix x = random_matrix<float>(6, 3, 1);
  Matrix passed = x;
  Network network({1, 1, 6}, 1);
  network.add(Relu()).add(Flatten()).add(Dropout({.rate = 0.5}));
  Workspace workspace;
  network.forward(passed, workspace, Mode::training);
  std::vector<Matrix> gradients;
  network.backward(passed, random_matrix<float>(6, 3, 2), workspace, gradients);
  CHECK(passed == x);
}

TEST_CASE("threads may use one network at the same time") {
  const Network network = every_layer();
  constexpr int threads = 4;
  std::vector<Matrix> inputs, inference, training, gradient;
  const auto backward = [&](const Matrix& x, Workspace& workspace) {
    std::vector<Matrix> gradients;
    network.backward(x, Matrix::Ones(4, x.cols()), workspace, gradients);
    return gradients[0];
  };
  for (int t = 0; t < threads; ++t) {
    inputs.push_back(random_matrix<float>(72, 5 + t, static_cast<std::uint64_t>(t)));
    inference.push_back(run(network, inputs.back()));
    Workspace workspace;
    workspace.seed(9);
    training.push_back(network.forward(inputs.back(), workspace, Mode::training));
    gradient.push_back(backward(inputs.back(), workspace));
  }
  std::vector<char> same(threads, 1);
  {
    std::vector<std::jthread> pool;
    for (std::size_t t = 0; t < threads; ++t) {
      pool.emplace_back([&, t] {
        Workspace workspace;
        for (int repeat = 0; repeat < 5; ++repeat) {
          if (network.forward(inputs[t], workspace) != inference[t]) same[t] = 0;
          workspace.seed(9);
          if (network.forward(inputs[t], workspace, Mode::training) != training[t]) same[t] = 0;
          if (backward(inputs[t], workspace) != gradient[t]) same[t] = 0;
        }
      });
    }
  }
  CHECK(same == std::vector<char>(threads, 1));
}

TEST_CASE("a copy of a network is independent of the original") {
  Network original = every_layer();
  const Matrix x = random_matrix<float>(72, 3, 1);
  const Matrix before = run(original, x);
  Network copy = original;
  CHECK(run(copy, x) == before);
  for (auto* parameter : copy.parameters()) parameter->value.array() += 1;
  CHECK(run(original, x) == before);
  CHECK(run(copy, x) != before);
  copy.add(Dense({.units = 2}));
  CHECK(original.size() == 12);
  original = copy;
  CHECK(run(original, x) == run(copy, x));
  const Network moved = std::move(copy);
  CHECK(run(moved, x) == run(original, x));
}

TEST_CASE("global average pooling is the mean of each channel") {
  Network network({3, 2, 5}, 1);
  network.add(GlobalAveragePool());
  CHECK(network.output_shape() == Shape{1, 1, 5});
  const Matrix x = random_matrix<float>(30, 3, 1);
  for (Index i = 0; i < 3; ++i) {
    CHECK(mismatch(run(network, x).col(i), x.col(i).reshaped(5, 6).rowwise().mean(), 1e-6, 1e-6) == "");
  }
}

TEST_CASE("a residual block adds its path to its input, or to a projection where the path changes the shape") {
  const Conv2d path({.filters = 3, .padding = Padding::same});
  Network keeping({4, 5, 3}, 1);
  keeping.add(Residual(path, Relu()));
  CHECK(keeping.output_shape() == Shape{4, 5, 3});
  CHECK(keeping.parameter_names() == std::vector<std::string>{"0.0.weight", "0.0.bias"});
  Network alone({4, 5, 3}, 2);
  alone.add(path).add(Relu());
  for (std::size_t p = 0; p < 2; ++p) alone.parameters()[p]->value = keeping.parameters()[p]->value;
  const Matrix x = random_matrix<float>(60, 3, 1);
  CHECK(run(keeping, x) == x + run(alone, x));

  Network changing({5, 4, 3}, 1);
  changing.add(Residual(MaxPool2d({.window = 2, .stride = 2}), path, Conv2d({.filters = 2, .kernel = 1})));
  CHECK(changing.output_shape() == Shape{2, 2, 2});
  CHECK(changing.parameter_names() == std::vector<std::string>{"0.1.weight", "0.1.bias", "0.2.weight", "0.2.bias",
                                                               "0.shortcut.0.weight", "0.shortcut.1.scale",
                                                               "0.shortcut.1.shift", "0.shortcut.1.running_mean",
                                                               "0.shortcut.1.running_variance"});
  CHECK(changing.parameter_count() == 27 * 3 + 3 + 3 * 2 + 2 + 3 * 2 + 4);
}

TEST_CASE("a residual block whose shapes cannot meet is refused, and so is one with nothing in it") {
  CHECK(message_of_adding(Network({6, 6, 1}), Residual(Conv2d({.filters = 1}))) ==
        "Network: layer 0 (residual): no stride takes its shortcut from 6x6x1 to the 4x4x1 of its path");
  CHECK(message_of_adding(Network({6, 6, 1}), Residual(Relu(), Dense({.units = 3}))) ==
        "Network: layer 0 (residual): Network: layer 1 (dense): expected a flat input 1x1xN, got 6x6x1; add Flatten "
        "before it");
  CHECK_THROWS_AS(Residual(Residual::Layers{}), ValueError);
}

TEST_CASE("the seed decides the initial weights, and each layer has its own") {
  const auto weight = [](std::uint64_t seed, Index layer) {
    Network network({1, 1, 8}, seed);
    network.add(Dense({.units = 8})).add(Dense({.units = 8}));
    return Matrix(network.layer(layer).parameters()[0].value);
  };
  CHECK(weight(1, 0) == weight(1, 0));
  CHECK(weight(1, 0) != weight(2, 0));
  CHECK(weight(1, 0) != weight(1, 1));
}

TEST_CASE("layers whose weights are filled make the network that the weights are taken from") {
  Network given({9, 8, 3}, 4);
  given.add(DepthwiseConv2d({.kernel = 3}))
      .add(Residual(Conv2d({.filters = 5, .padding = Padding::same}), BatchNorm(), SqueezeExcite({.units = 2})))
      .add(Flatten())
      .add(Dense({.units = 4}));
  const LayerRegistry registry = LayerRegistry::standard();
  Network filled(given.input_shape());
  for (Index i = 0; i < given.size(); ++i) {
    filled.add_to_fill(registry.make(given.layer(i).kind(), given.layer(i).options()));
  }
  REQUIRE(filled.parameter_names() == given.parameter_names());
  for (std::size_t p = 0; p < given.parameters().size(); ++p) {
    REQUIRE(filled.parameters()[p]->dims == given.parameters()[p]->dims);
    filled.parameters()[p]->value = given.parameters()[p]->value;
  }
  const Matrix x = random_matrix<float>(given.input_shape().size(), 3, 1);
  CHECK(run(filled, x) == run(given, x));
  CHECK_THROWS_AS(filled.add_to_fill(nullptr), ValueError);
  CHECK_THROWS_AS(filled.add_to_fill(std::make_unique<MaxPool2d>(MaxPool2dOptions{.window = 9})), ShapeError);
}

TEST_CASE("dropout drops its share, scales the rest, follows the seed, and rests in inference") {
  Network network({1, 1, 1000}, 1);
  network.add(Dropout({.rate = 0.25}));
  const Matrix ones = Matrix::Ones(1000, 20);
  CHECK(run(network, ones) == ones);

  Workspace workspace;
  workspace.seed(4);
  const Matrix y = network.forward(ones, workspace, Mode::training);
  CHECK((y.array() == 0 || (y.array() - 4.0F / 3).abs() < 1e-6F).all());
  const auto dropped = static_cast<double>((y.array() == 0).count()) / 20000;
  CHECK(std::abs(dropped - 0.25) < 0.0123);  // four standard errors
  CHECK(network.forward(ones, workspace, Mode::training) == y);
  workspace.seed(5);
  CHECK(network.forward(ones, workspace, Mode::training) != y);
}

TEST_CASE("two dropout layers do not drop the same values") {
  Network network({1, 1, 1000}, 1);
  network.add(Dropout({.rate = 0.5})).add(Dropout({.rate = 0.5}));
  const Matrix y = run(network, Matrix::Ones(1000, 10), Mode::training);
  CHECK(std::abs(static_cast<double>((y.array() > 0).count()) / 10000 - 0.25) < 0.02);
}

TEST_CASE("batch norm normalises each channel of the batch in training, and by running statistics in inference") {
  Network network({3, 2, 4}, 1);
  network.add(BatchNorm());
  const Matrix x = (3 * random_matrix<float>(24, 6, 1)).array() + 5;
  const Matrix y = run(network, x, Mode::training);
  const Eigen::Map<const Matrix> by_pixel(y.data(), 4, 36);
  const Vector mean = by_pixel.rowwise().mean();
  CHECK(mismatch(mean, Vector::Zero(4), 0, 1e-5) == "");
  CHECK(mismatch(by_pixel.rowwise().squaredNorm() / 36, Vector::Ones(4), 1e-4) == "");

  const auto parameters = network.parameters();
  parameters[2]->value.setConstant(5);  // running_mean
  parameters[3]->value.setConstant(9);  // running_variance
  CHECK(mismatch(run(network, x), (x.array() - 5) / 3, 1e-4, 1e-5) == "");
}

TEST_CASE("batch norm measures mean and unbiased variance for the running statistics") {
  Network network({2, 1, 3}, 1);
  network.add(BatchNorm());
  const Matrix x = random_matrix<float>(6, 5, 1);
  Workspace workspace;
  network.forward(x, workspace, Mode::training);
  std::vector<Matrix> gradients;
  network.backward(x, Matrix::Ones(6, 5), workspace, gradients);
  const Eigen::Map<const Matrix> by_pixel(x.data(), 3, 10);
  const Vector mean = by_pixel.rowwise().mean();
  const Vector variance = (by_pixel.colwise() - mean).rowwise().squaredNorm() / 9;
  CHECK(mismatch(gradients[2], mean, 1e-5, 1e-6) == "");
  CHECK(mismatch(gradients[3], variance, 1e-5) == "");
}

TEST_CASE("batch norm keeps small variations of large values") {
  Network network({1, 1, 1}, 1);
  network.add(BatchNorm());
  Matrix x(1, 4);
  x << 4096, 4097, 4096, 4097;  // 4096^2 + 1/4 is not a float: the difference of squares would be lost
  Matrix expected(1, 4);
  expected << -1, 1, -1, 1;
  CHECK(mismatch(run(network, x, Mode::training), expected, 1e-3) == "");
}

TEST_CASE("a classifier needs a network with one output a class") {
  CHECK_THROWS_WITH_AS(NetworkClassifier(every_layer(), {"a", "b"}), doctest::Contains("2 classes"), ShapeError);
  const NetworkClassifier classifier(every_layer(), {"a", "b", "c", "d"});
  CHECK(classifier.parameter_count() == every_layer().parameter_count());
  CHECK(classifier.scores(Pixels(72, 0)).cols() == 0);
  const Matrix scores = classifier.scores(Pixels::Constant(72, 3, 100));
  CHECK(mismatch(scores.colwise().sum(), Matrix::Ones(1, 3), 1e-6) == "");
  CHECK(scores.col(0) == scores.col(2));
}

TEST_CASE("a classifier's evidence is what the softmax divides out") {
  NetworkClassifier classifier(every_layer(), {"a", "b", "c", "d"});
  classifier.set_temperature(1.5F);
  Pixels images(72, 3);
  for (Index i = 0; i < images.size(); ++i) images(i) = static_cast<std::uint8_t>(i * 37 % 256);
  const Recognition seen = classifier.recognise(images);
  CHECK(seen.probabilities == classifier.probabilities(images));
  REQUIRE(seen.evidence.has_value());
  // log p = logit / temperature - evidence, for every class
  const Matrix logits = classifier.logits(images) / 1.5F;
  const Matrix expected = logits.rowwise() - seen.evidence->transpose();
  CHECK(mismatch(seen.probabilities.array().log().matrix(), expected, 1e-4) == "");
  CHECK(classifier.recognise(Pixels(72, 0)).evidence->size() == 0);
  CHECK_THROWS_AS(classifier.recognise(Pixels(71, 1)), ShapeError);
}

TEST_CASE("a workspace starts anew with another network, however alike both are") {
  Network plain({6, 6, 2}, 1);
  plain.add(Conv2d({.filters = 4})).add(Relu()).add(Flatten()).add(Dense({.units = 3}));
  Network blocks({6, 6, 2}, 2);  // as many layers, and more memory in each
  blocks.add(Residual(Conv2d({.filters = 9, .padding = Padding::same})))
      .add(SqueezeExcite({.units = 5}))
      .add(Residual(Conv2d({.filters = 9, .padding = Padding::same})))
      .add(Flatten());
  Network turned({6, 6, 2}, 3);  // the block is where the gate was
  turned.add(SqueezeExcite({.units = 5}))
      .add(Residual(Conv2d({.filters = 9, .padding = Padding::same})))
      .add(SqueezeExcite({.units = 5}))
      .add(Flatten());
  const Matrix x = random_matrix<float>(72, 5, 1);
  Workspace workspace;
  for (int round = 0; round < 2; ++round) {
    for (const Network* network : {&plain, &blocks, &turned}) {
      CHECK(network->forward(x, workspace, Mode::training).allFinite());
      CHECK(network->forward(x, workspace) == run(*network, x));
    }
  }

  std::vector<Matrix> gradients;
  const Matrix dy = random_matrix<float>(turned.output_shape().size(), 5, 2);
  blocks.forward(x, workspace, Mode::training);
  turned.forward(x, workspace, Mode::training);
  CHECK_THROWS_AS(blocks.backward(x, dy, workspace, gradients), ValueError);
  CHECK_NOTHROW(turned.backward(x, dy, workspace, gradients));
}

TEST_CASE("backward refuses a workspace of another network or of other samples") {
  const Network network = every_layer();
  const Network other = [] {
    Network result({9, 8, 1}, 3);
    result.add(Flatten()).add(Dense({.units = 4}));
    return result;
  }();
  Workspace workspace;
  std::vector<Matrix> gradients;
  const Matrix x = random_matrix<float>(72, 6, 1);
  const Matrix dy = random_matrix<float>(4, 6, 2);
  CHECK_THROWS_AS(network.backward(x, dy, workspace, gradients), ValueError);  // no forward pass at all
  other.forward(x, workspace, Mode::training);
  CHECK_THROWS_AS(network.backward(x, dy, workspace, gradients), ValueError);
  network.forward(x, workspace, Mode::training);
  CHECK_NOTHROW(network.backward(x, dy, workspace, gradients));
  const Matrix more = random_matrix<float>(72, 7, 1);
  CHECK_THROWS_AS(network.backward(more, random_matrix<float>(4, 7, 2), workspace, gradients), ValueError);
  CHECK_THROWS_AS(network.backward(x, random_matrix<float>(3, 6, 2), workspace, gradients), ShapeError);
}

TEST_CASE("a classifier that another is assigned to classifies as that one does") {
  const auto classifier = [](Index filters, std::uint64_t seed) {
    Network network({8, 8, 1}, seed);
    network.add(Residual(Conv2d({.filters = filters, .padding = Padding::same}))).add(Relu()).add(Flatten());
    network.add(Dense({.units = 3}));
    return NetworkClassifier(network, {"a", "b", "c"});
  };
  const Pixels images = test::random_pixels(64, 9, 4);
  NetworkClassifier model = classifier(2, 1);
  model.scores(images, 2);  // its workspaces are warm
  const NetworkClassifier other = classifier(40, 2);
  model = other;
  CHECK(model.scores(images, 2) == other.scores(images, 1));
}

TEST_CASE("no layer, layers that are not there and shapes that cannot be are refused") {
  Network network({3, 3, 1}, 1);
  CHECK_THROWS_AS(network.add(std::unique_ptr<Layer>()), ValueError);
  CHECK_THROWS_AS(network.add_built(nullptr, {1, 1, 1}), ValueError);
  network.add(Relu());
  CHECK_THROWS_WITH_AS(network.layer(99), "Network: expected a layer from 0 to 0, got 99", ValueError);
  CHECK_THROWS_AS(network.layer(-1), ValueError);
  CHECK_THROWS_AS(network.output_shape(1), ValueError);
  CHECK_THROWS_AS(Network({-3, -3, 1}), ShapeError);
}

TEST_CASE("weights that are not finite are refused, though a ReLU would hide them") {
  Network network({1, 1, 2}, 1);
  network.add(Dense({.units = 3})).add(Relu()).add(Dense({.units = 2}));
  network.parameters()[0]->value(1, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(NetworkClassifier(network, {"a", "b"}), doctest::Contains("not finite"), ValueError);
}
