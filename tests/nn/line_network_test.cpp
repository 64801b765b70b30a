#include <inkling/core/rng.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/line_network.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "line_networks.hpp"
#include "same_weights.hpp"

using namespace inkling;
using test::small_line_network;

namespace {

FloatImage some_line(Index width) {
  Rng rng(9);
  FloatImage line(width, 8);
  for (float& value : line.values()) value = rng.uniform();
  return line;
}

const std::vector<std::string> names = {"a", "b"};

}  // namespace

TEST_CASE("the same weights work at any width") {
  const nn::Network narrow = small_line_network(16);
  const nn::Network wide = nn::for_input(narrow, {8, 40, 1});
  CHECK(wide.output_shape() == Shape{1, 17, 3});
  // What the network says of a place does not depend on the width: columns 4 and more from both ends.
  Matrix x = Matrix::Random(8 * 16, 1);
  Matrix embedded = Matrix::Zero(8 * 40, 1);
  for (Index y = 0; y < 8; ++y) embedded.block(y * 40 + 10, 0, 16, 1) = x.block(y * 16, 0, 16, 1);
  nn::Workspace a;
  nn::Workspace b;
  const Matrix of_narrow = narrow.forward(x, a);
  const Matrix of_wide = wide.forward(embedded, b);
  const Matrix middle = of_wide.middleRows(3 * (5 + 1), 3 * 3);  // steps 1 to 3 of the narrow one
  CHECK((middle - of_narrow.middleRows(3, 3 * 3)).cwiseAbs().maxCoeff() < 1e-5F);
}

TEST_CASE("layers within layers keep their weights, too") {
  nn::Network network({4, 8, 4}, 2);
  network.add(nn::Residual(nn::Conv2d({.filters = 4, .kernel = 1})));
  const nn::Network wide = nn::for_input(network, {4, 20, 4});
  REQUIRE(wide.parameters().size() == network.parameters().size());
  CHECK(test::same_weights(wide, network));
}

TEST_CASE("the network for lines has one row of steps, four columns each") {
  const nn::Network network = nn::line_cnn(40, 15, 1);
  CHECK(network.input_shape() == Shape{40, 64, 1});
  CHECK(network.output_shape() == Shape{1, 7, 16});
  const nn::LineNetwork lines(network, std::vector<std::string>(15, "x"));
  CHECK(lines.steps(FloatImage(100, 40)).columns_per_step == 4);
  CHECK(nn::line_cnn(20, 15, 1).output_shape().height == 1);
  CHECK_THROWS_AS(nn::line_cnn(19, 15, 1), Error);
}

TEST_CASE("weights that belong to places do not fit another width") {
  nn::Network network({8, 16, 1}, 1);
  network.add(nn::Flatten()).add(nn::Dense({.units = 3}));
  CHECK_THROWS_AS(nn::for_input(network, {8, 20, 1}), ShapeError);
  CHECK_THROWS_AS(nn::LineNetwork(network, names), ShapeError);
}

TEST_CASE("each step is a distribution, and stands at a column of the line") {
  const nn::LineNetwork lines(small_line_network(16), names, {.margin = 6, .width_step = 4});
  CHECK(lines.height() == 8);
  // The first step looks at columns 0 to 9 of the input, whose middle is 2.5 columns before the line.
  constexpr double first = 4.5 - 6 - 1;
  for (const Index width : {1, 5, 30, 333}) {
    CAPTURE(width);
    const LineSteps steps = lines.steps(some_line(width));
    CHECK(steps.columns_per_step == 2);
    CHECK(steps.log_probabilities.rows() == 3);
    for (Index t = 0; t < steps.log_probabilities.cols(); ++t) {
      CHECK(steps.log_probabilities.col(t).array().exp().sum() == doctest::Approx(1).epsilon(1e-5));
    }
    CHECK(steps.first_column == doctest::Approx(first));
    const double last = steps.first_column + 2 * static_cast<double>(steps.log_probabilities.cols() - 1);
    CHECK(last > static_cast<double>(width) - 1);
    CHECK(last < static_cast<double>(width) + 6);
  }
}

TEST_CASE("logits are divided by the temperature") {
  const Matrix plain = nn::LineNetwork(small_line_network(16), names).steps(some_line(30)).log_probabilities;
  const Matrix soft =
      nn::LineNetwork(small_line_network(16), names, {.temperature = 2}).steps(some_line(30)).log_probabilities;
  for (Index t = 0; t < plain.cols(); ++t) {
    Eigen::ArrayXf expected = plain.col(t).array() / 2;
    expected -= std::log(expected.exp().sum());
    CHECK((soft.col(t).array() - expected).abs().maxCoeff() < 1e-4F);
  }
}

TEST_CASE("paper that fills up the width changes nothing") {
  const FloatImage line = some_line(21);
  const LineSteps tight = nn::LineNetwork(small_line_network(16), names, {.margin = 6, .width_step = 1}).steps(line);
  const LineSteps filled = nn::LineNetwork(small_line_network(16), names, {.margin = 6, .width_step = 64}).steps(line);
  const Index both = std::min(tight.log_probabilities.cols(), filled.log_probabilities.cols()) - 2;
  REQUIRE(both > 8);
  CHECK((tight.log_probabilities.leftCols(both) - filled.log_probabilities.leftCols(both)).cwiseAbs().maxCoeff() <
        1e-4F);
}

TEST_CASE("one network serves many threads") {
  const nn::LineNetwork lines(small_line_network(16), names, {.width_step = 4});
  const Matrix expected = lines.steps(some_line(50)).log_probabilities;
  std::vector<char> same(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < same.size(); ++i) {
    threads.emplace_back([&, i] {
      for (Index width = 20; width < 60; ++width) lines.steps(some_line(width));
      same[i] = lines.steps(some_line(50)).log_probabilities == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const char one : same) CHECK(one == 1);
}

TEST_CASE("what does not fit is refused") {
  CHECK_THROWS_AS(nn::LineNetwork(small_line_network(16), {"a", "b", "c"}), ShapeError);
  CHECK_THROWS_AS(nn::LineNetwork(small_line_network(16), names, {.temperature = 0}), ValueError);
  nn::Network broken = small_line_network(16);
  broken.parameters()[0]->value(0, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(nn::LineNetwork(broken, names), ValueError);
  const nn::LineNetwork lines(small_line_network(16), names);
  CHECK_THROWS_AS(lines.steps(FloatImage(10, 9)), ShapeError);
  CHECK_THROWS_AS(lines.steps(FloatImage()), ShapeError);
}
