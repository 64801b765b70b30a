#include <inkling/core/rng.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/line_network.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace inkling;

namespace {

/// 8 rows in; a step every two columns; classes a, b and the blank.
nn::Network small_network(Index width) {
  nn::Network network({8, width, 1}, 3);
  network.add(nn::Conv2d({.filters = 4, .padding = nn::Padding::same, .bias = false}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::MaxPool2d({.window = 2}))
      .add(nn::Conv2d({.filters = 3, .kernel = 4}));
  return network;
}

FloatImage some_line(Index width) {
  Rng rng(9);
  FloatImage line(width, 8);
  for (float& value : line.values()) value = rng.uniform();
  return line;
}

const std::vector<std::string> names = {"a", "b"};

}  // namespace

TEST_CASE("the same weights work at any width") {
  const nn::Network narrow = small_network(16);
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

TEST_CASE("weights that belong to places do not fit another width") {
  nn::Network network({8, 16, 1}, 1);
  network.add(nn::Flatten()).add(nn::Dense({.units = 3}));
  CHECK_THROWS_AS(nn::for_input(network, {8, 20, 1}), ShapeError);
  CHECK_THROWS_AS(nn::LineNetwork(network, names), ShapeError);
}

TEST_CASE("each step is a distribution, and stands at a column of the line") {
  const nn::LineNetwork lines(small_network(16), names, {.margin = 6, .width_step = 4});
  CHECK(lines.height() == 8);
  for (const Index width : {1, 5, 30, 333}) {
    CAPTURE(width);
    const LineSteps steps = lines.steps(some_line(width));
    CHECK(steps.columns_per_step == 2);
    CHECK(steps.log_probabilities.rows() == 3);
    for (Index t = 0; t < steps.log_probabilities.cols(); ++t) {
      CHECK(steps.log_probabilities.col(t).array().exp().sum() == doctest::Approx(1).epsilon(1e-5));
    }
    CHECK(steps.first_column < 1);
    const double last = steps.first_column + 2 * static_cast<double>(steps.log_probabilities.cols() - 1);
    CHECK(last > static_cast<double>(width) - 1);
    CHECK(last < static_cast<double>(width) + 6);
  }
}

TEST_CASE("paper that fills up the width changes nothing") {
  const FloatImage line = some_line(21);
  const LineSteps tight = nn::LineNetwork(small_network(16), names, {.margin = 6, .width_step = 1}).steps(line);
  const LineSteps filled = nn::LineNetwork(small_network(16), names, {.margin = 6, .width_step = 64}).steps(line);
  const Index both = std::min(tight.log_probabilities.cols(), filled.log_probabilities.cols()) - 2;
  REQUIRE(both > 8);
  CHECK((tight.log_probabilities.leftCols(both) - filled.log_probabilities.leftCols(both)).cwiseAbs().maxCoeff() <
        1e-4F);
}

TEST_CASE("one network serves many threads") {
  const nn::LineNetwork lines(small_network(16), names, {.width_step = 4});
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
  CHECK_THROWS_AS(nn::LineNetwork(small_network(16), {"a", "b", "c"}), ShapeError);
  CHECK_THROWS_AS(nn::LineNetwork(small_network(16), names, {.temperature = 0}), ValueError);
  nn::Network broken = small_network(16);
  broken.parameters()[0]->value(0, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(nn::LineNetwork(broken, names), ValueError);
  const nn::LineNetwork lines(small_network(16), names);
  CHECK_THROWS_AS(lines.steps(FloatImage(10, 9)), ShapeError);
  CHECK_THROWS_AS(lines.steps(FloatImage()), ShapeError);
}
