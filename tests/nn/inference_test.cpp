#include <inkling/nn/inference/bf16.hpp>
#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "all_close.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn;
using inkling::test::mismatch;
using inkling::test::random_matrix;
using inkling::test::random_pixels;

namespace {

/// Batch norms far from where they start, as after training.
void unsettle(Network& network) {
  std::uint64_t seed = 100;
  for (Parameter<float>* parameter : network.parameters()) {
    if (parameter->role == Role::weight) continue;
    parameter->value += 0.3F * random_matrix<float>(parameter->value.rows(), parameter->value.cols(), ++seed);
    if (parameter->name == "running_variance") parameter->value = parameter->value.cwiseAbs().array() + 0.1F;
  }
}

/// Residual blocks with and without a projection, with and without a ReLU after them.
Network residual_network(const Shape& image) {
  const auto convolution = [](Index filters, Index stride) {
    return Conv2d({.filters = filters, .stride = stride, .padding = Padding::same, .bias = false});
  };
  Network network(image, 1);
  network.add(convolution(32, 1))
      .add(Residual(convolution(32, 1), BatchNorm(), Relu(), convolution(32, 1), BatchNorm()))
      .add(Relu())
      .add(Residual(convolution(6, 2), BatchNorm()))
      .add(Residual(BatchNorm(), Relu(), convolution(6, 1)))
      .add(DepthwiseConv2d({.kernel = 5, .stride = 2, .padding = Padding::same}))
      .add(BatchNorm())
      .add(Relu())
      .add(SqueezeExcite({.units = 3}))
      .add(Conv2d({.filters = 9, .kernel = 1}))
      .add(GlobalAveragePool())
      .add(Dense({.units = 4}));
  return network;
}

std::vector<Network> networks() {
  const Shape image{12, 12, 1};
  Network strided(image, 1);  // what has no fast path, in an order that nobody would choose
  strided.add(Relu())
      .add(Conv2d({.filters = 5, .kernel = 5, .stride = 2, .padding = Padding::same}))
      .add(Relu())
      .add(BatchNorm())
      .add(Conv2d({.filters = 7, .kernel = 2, .bias = false}))
      .add(BatchNorm())
      .add(MaxPool2d({.window = 2}))
      .add(Flatten())
      .add(BatchNorm())
      .add(Dropout({.rate = 0.5}))
      .add(Dense({.units = 33}))
      .add(BatchNorm())
      .add(Relu())
      .add(Dense({.units = 4}));
  return {lenet(image, 4, 1),
          vgg(image, 4, 1, {.width = 32, .dense = 300}),
          vgg(image, 4, 1, {.width = 3, .dense = 7}),
          mlp(image, 4, 1),
          residual_network(image),
          std::move(strided)};
}

}  // namespace

TEST_CASE("a fused network computes what its original computes in inference") {
  for (Network& network : networks()) {
    unsettle(network);
    const Network fused = fuse(network);
    Workspace workspace, fused_workspace;
    for (const Index samples : {1, 2, 9}) {
      const Matrix x = random_matrix<float>(12 * 12, samples, static_cast<std::uint64_t>(samples));
      const Matrix expected = network.forward(x, workspace);
      CHECK(mismatch(fused.forward(x, fused_workspace), expected, 1e-4, 1e-4 * expected.cwiseAbs().maxCoeff()) == "");
    }
  }
}

TEST_CASE("a network in bfloat16 computes nearly the same, and gives a sample the same bits whatever the company") {
  for (Network& network : networks()) {
    unsettle(network);
    const Network rounded = fuse_bf16(network);
    Workspace workspace, rounded_workspace;
    const Matrix x = random_matrix<float>(12 * 12, 7, 1);
    const Matrix expected = network.forward(x, workspace);
    const Matrix together = rounded.forward(x, rounded_workspace);
    CHECK(mismatch(together, expected, 0, 0.03 * expected.cwiseAbs().maxCoeff()) == "");
    CHECK(mismatch(together, expected, 0, 1e-5 * expected.cwiseAbs().maxCoeff()) != "");  // it is rounded
    for (Index i = 0; i < x.cols(); ++i) CHECK(rounded.forward(x.col(i), rounded_workspace).col(0) == together.col(i));
  }
}

TEST_CASE("fusing takes convolution, batch norm and ReLU together, and keeps what it does not know") {
  const Network fused = fuse(networks().back());
  std::vector<std::string> kinds;
  for (Index i = 0; i < fused.size(); ++i) kinds.emplace_back(fused.layer(i).kind());
  CHECK(kinds == std::vector<std::string>{"relu", "fused_conv2d", "batch_norm", "fused_conv2d", "max_pool2d", "flatten",
                                          "batch_norm", "dropout", "fused_dense", "fused_dense"});
  CHECK(fused.parameter_count() ==
        2 * 5 + 2 * 7 * 2 * 2);  // of the two batch norms that had no convolution before them
}

TEST_CASE("fusing reaches into residual blocks, and takes the ReLU after them") {
  const Network fused = fuse(residual_network({12, 12, 1}));
  std::vector<std::string> kinds;
  for (Index i = 0; i < fused.size(); ++i) kinds.emplace_back(fused.layer(i).kind());
  CHECK(kinds == std::vector<std::string>{"fused_conv2d", "fused_residual", "fused_residual", "fused_residual",
                                          "fused_depthwise_conv2d", "squeeze_excite", "fused_conv2d",
                                          "global_average_pool", "fused_dense"});
  CHECK(fused.parameter_count() == 2 * 6 + 3 + 6 + 2 * 3 * 6);  // a batch norm before its convolution, and the gate
}

TEST_CASE("a fused network gives a sample the same bits whatever the company") {
  for (const Network& network : networks()) {
    const Network fused = fuse(network);
    const Matrix x = random_matrix<float>(12 * 12, 8, 3);
    Workspace workspace;
    const Matrix together = fused.forward(x, workspace);
    for (Index i = 0; i < x.cols(); ++i) CHECK(fused.forward(x.col(i), workspace).col(0) == together.col(i));
  }
}

TEST_CASE("a fused network refuses to train") {
  const Network fused = fuse(mlp({4, 4, 1}, 3, 1));
  const Matrix x = random_matrix<float>(16, 2, 1);
  Workspace workspace;
  fused.forward(x, workspace, Mode::training);
  std::vector<Matrix> gradients;
  CHECK_THROWS_WITH_AS(fused.backward(x, Matrix::Zero(3, 2), workspace, gradients),
                       doctest::Contains("is for inference only; train the network that it was made from"), Error);
}

TEST_CASE("threads may classify with one classifier at the same time, and with copies of it") {
  const NetworkClassifier classifier(lenet({12, 12, 1}, 3, 1), {"a", "b", "c"});
  const Pixels images = random_pixels(12 * 12, 40, 1);
  const Matrix expected = classifier.logits(images, 1);
  std::vector<char> same(4, 1);
  {
    std::vector<std::jthread> pool;
    for (std::size_t t = 0; t < same.size(); ++t) {
      pool.emplace_back([&, t] {
        const NetworkClassifier copy = classifier;
        for (int round = 0; round < 5; ++round) {
          same[t] &= classifier.logits(images, 2) == expected && copy.logits(images.leftCols(1), 1) == expected.col(0);
        }
      });
    }
  }
  CHECK(same == std::vector<char>(4, 1));
}
