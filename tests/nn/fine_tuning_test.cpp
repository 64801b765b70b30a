#include <inkling/core/error.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/training/fine_tuning.hpp>
#include <inkling/nn/training/gradient_check.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn;
using inkling::test::random_matrix;

namespace {

Network small_network(Index classes = 4) {
  Network network({6, 6, 1}, 3);
  network.add(Conv2d({.filters = 3, .kernel = 3}))
      .add(BatchNorm())
      .add(Relu())
      .add(Flatten())
      .add(Dense({.units = classes}));
  return network;
}

/// Noise with labels: something to learn from, not something to understand.
Dataset noise(Index samples, Index classes) {
  const MatrixOf<double> values = random_matrix<double>(36, samples, 5);
  const Pixels pixels = (values.array() * 40 + 128).max(0.0).min(255.0).matrix().cast<std::uint8_t>();
  std::vector<Label> labels;
  std::vector<std::string> names;
  for (Index i = 0; i < samples; ++i) labels.push_back(static_cast<Label>(i % classes));
  for (Index c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return Dataset({6, 6, 1}, pixels, labels, names);
}

Network trained(Network network, std::vector<double> class_weights = {}) {
  const NetworkOptions options{
      .optimizer = AdamW{.learning_rate = 0.01}, .epochs = 2, .batch = 16, .class_weights = std::move(class_weights)};
  return fit_network(std::move(network), noise(48, 4), options).network();
}

bool same(const Network& a, const Network& b, std::size_t parameter) {
  return a.parameters()[parameter]->value == b.parameters()[parameter]->value;
}

}  // namespace

TEST_CASE("training leaves fixed layers as they are, and changes them again when they are released") {
  Network start = small_network();
  fix_layers(start, 0, 2);
  Network tuned = trained(start);
  const std::vector<std::string> names = start.parameter_names();
  for (std::size_t p = 0; p < names.size(); ++p) {
    CAPTURE(names[p]);
    CHECK(same(start, tuned, p) == (names[p][0] == '0' || names[p][0] == '1'));
  }
  release(tuned);
  const Network free = trained(tuned);
  for (std::size_t p = 0; p < names.size(); ++p) CHECK_FALSE(same(tuned, free, p));
}

TEST_CASE("only layers that are there can be fixed") {
  Network network = small_network();
  CHECK_THROWS_WITH_AS(fix_layers(network, 2, 6), "fix_layers: expected 0 <= first <= last <= 5, got 2 and 6",
                       ValueError);
  CHECK_THROWS_AS(fix_layers(network, -1, 2), ValueError);
  CHECK_THROWS_AS(fix_layers(network, 3, 2), ValueError);
}

TEST_CASE("fixed statistics stay while scale and shift are learned") {
  Network start = small_network();
  fix_statistics(start);
  const Network tuned = trained(start);
  const std::vector<std::string> names = start.parameter_names();
  for (std::size_t p = 0; p < names.size(); ++p) {
    CAPTURE(names[p]);
    CHECK(same(start, tuned, p) == (start.parameters()[p]->role == Role::statistic));
  }
}

TEST_CASE("with fixed statistics the gradients are those of what inference computes") {
  BasicNetwork<double> network({5, 5, 2}, 1);
  network.add(BasicConv2d<double>({.filters = 3, .kernel = 3}))
      .add(BasicBatchNorm<double>())
      .add(BasicFlatten<double>());
  network.add(BasicDense<double>({.units = 3}));
  std::uint64_t seed = 40;
  for (auto* parameter : network.parameters()) {
    const auto noise = random_matrix<double>(parameter->value.rows(), parameter->value.cols(), seed++);
    if (parameter->role == Role::offset) parameter->value += noise;
    if (parameter->role == Role::statistic) parameter->value += 0.3 * noise.cwiseAbs();
  }
  fix_statistics(network);
  const auto x = random_matrix<double>(50, 4, 9);
  const auto result = check_gradients(network, x);
  CAPTURE(result.where);
  CHECK(result.passed());

  BasicWorkspace<double> workspace;
  const MatrixOf<double> training = network.forward(x, workspace, Mode::training);
  const MatrixOf<double> inference = network.forward(x, workspace);
  CHECK(training == inference);
}

TEST_CASE("a new head keeps the other layers' weights") {
  const Network network = trained(small_network());
  const Network wider = with_new_head(network, 7, 5);
  CHECK(wider.output_shape() == Shape{1, 1, 7});
  const std::vector<std::string> names = network.parameter_names();
  REQUIRE(wider.parameter_names() == names);
  for (std::size_t p = 0; p + 2 < names.size(); ++p) CHECK(same(network, wider, p));
  CHECK(wider.parameters()[names.size() - 2]->value.rows() == 7);
  Network headless({6, 6, 1});
  headless.add(Flatten()).add(Relu());
  CHECK_THROWS_WITH_AS(with_new_head(headless, 3),
                       "with_new_head: expected a network that ends with a dense layer, got relu", ValueError);
  CHECK_THROWS_AS(with_new_head(network, 0), ValueError);
}

TEST_CASE("networks between two networks lie on a straight line") {
  const Network from = small_network();
  const Network to = trained(from);
  const Network middle = interpolate(from, to, 0.5);
  for (std::size_t p = 0; p < from.parameters().size(); ++p) {
    const Matrix expected = 0.5F * (from.parameters()[p]->value + to.parameters()[p]->value);
    CHECK((middle.parameters()[p]->value - expected).cwiseAbs().maxCoeff() < 1e-6F);
    CHECK(same(interpolate(from, to, 0), from, p));
  }
  CHECK_THROWS_AS(interpolate(from, small_network(5), 0.5), ShapeError);
}

TEST_CASE("a clone that is added to another network keeps its weights") {
  const Network network = trained(small_network());
  Network copy(network.input_shape(), 99);
  for (Index i = 0; i < network.size(); ++i) copy.add(network.layer(i).clone());
  for (std::size_t p = 0; p < network.parameters().size(); ++p) CHECK(same(network, copy, p));
  Network other({8, 8, 1});
  other.add(Flatten());
  CHECK_THROWS_AS(other.add(network.layer(4).clone()), ShapeError);
  // A block whose path keeps the shape needs no projection here, but one there.
  Network narrow({1, 1, 2});
  narrow.add(Residual(Conv2d({.filters = 2, .kernel = 1, .stride = 2})));
  Network wide({4, 4, 2});
  CHECK_THROWS_AS(wide.add(narrow.layer(0).clone()), ShapeError);
}

TEST_CASE("a class of weight 0 takes no part") {
  // Its row of the last layer learns nothing but from its own samples, and those have weight 0.
  const Network start = small_network();
  const Network tuned = trained(start, {1, 0, 2, 1});
  const auto weight = start.parameters().size() - 2;
  const Matrix change = tuned.parameters()[weight]->value - start.parameters()[weight]->value;
  const double decay = 0.01 * 0.01 * 6;  // of AdamW: six steps
  CHECK(change.row(1).cwiseAbs().maxCoeff() <= decay * start.parameters()[weight]->value.row(1).cwiseAbs().maxCoeff());
  CHECK(change.row(0).cwiseAbs().maxCoeff() > 0.01F);
  CHECK(trained(start, {1, 1, 1, 1}).parameters()[weight]->value == trained(start).parameters()[weight]->value);

  CHECK_THROWS_WITH_AS(trained(start, {1, 1}),
                       "fit_network: class_weights: expected one for each of the 4 classes, got 2", ValueError);
  CHECK_THROWS_AS(trained(start, {1, -1, 1, 1}), ValueError);
  const NetworkOptions smoothed{.label_smoothing = 0.1, .class_weights = {1, 0, 1, 1}};
  CHECK_THROWS_AS(fit_network(start, noise(8, 4), smoothed), ValueError);
}
