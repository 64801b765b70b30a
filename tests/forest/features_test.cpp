// Forests of plain float features.

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/quantile_bins.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/model/classifier.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::random_pixels;

namespace {

struct Points {
  Matrix features;  // 3 x samples
  std::vector<Label> labels;
};

/// The class is whether the point lies within a circle around (1000, -0.002), each axis in a unit of its own; the third
/// feature says nothing.
Points circle(Index count, std::uint64_t seed) {
  Points points{Matrix(3, count), {}};
  Rng rng(seed);
  for (Index i = 0; i < count; ++i) {
    const float x = rng.uniform(-1, 1);
    const float y = rng.uniform(-1, 1);
    points.features.col(i) << 1000 + 300 * x, -0.002F + 0.001F * y, rng.uniform(0, 1);
    points.labels.push_back(x * x + y * y < 0.5F ? 1 : 0);
  }
  return points;
}

TEST_CASE("a forest of features learns from any units, and is the forest of their bins") {
  const Points train = circle(600, 1);
  const Points test = circle(200, 2);
  const ForestOptions options{.trees = 30, .seed = 3};
  const RandomForest forest = fit_forest(train.features, train.labels, {"out", "in"}, options);

  REQUIRE(forest.bins());
  const QuantileBins bins = fit_quantile_bins(train.features);
  CHECK(forest.bins()->cuts() == bins.cuts());
  const RandomForest of_bytes =
      fit_forest(Dataset({1, 1, 3}, bins.transform(train.features), train.labels, {"out", "in"}), options);
  const Matrix scores = forest.feature_scores(test.features);
  CHECK(scores == of_bytes.scores(bins.transform(test.features)));
  CHECK(scores == forest.scores(bins.transform(test.features)));

  Index right = 0;
  const std::vector<Label> predicted = best_classes(scores);
  for (std::size_t i = 0; i < predicted.size(); ++i) right += predicted[i] == test.labels[i] ? 1 : 0;
  CHECK(right > 185);
  CHECK(forest.out_of_bag_accuracy().value() > 0.9);
}

TEST_CASE("what does not fit a forest of features is refused") {
  const Points train = circle(100, 1);
  const ForestOptions options{.trees = 3};
  const RandomForest forest = fit_forest(train.features, train.labels, {"out", "in"}, options);
  CHECK_THROWS_AS(forest.feature_scores(Matrix::Zero(2, 5)), ShapeError);
  CHECK_THROWS_AS(forest.feature_scores(Matrix::Constant(3, 1, std::numeric_limits<float>::quiet_NaN())), ValueError);
  CHECK_THROWS_AS(fit_forest(train.features, std::vector<Label>(99), {"out", "in"}), ShapeError);
  CHECK_THROWS_AS(fit_forest(train.features, std::vector<Label>(100, 2), {"out", "in"}), ValueError);
  CHECK_THROWS_AS(fit_forest(Matrix(3, 0), std::vector<Label>(), {"out", "in"}), ValueError);

  const Dataset bytes({1, 1, 3}, random_pixels(3, 100, 4), train.labels, {"out", "in"});
  const RandomForest of_images = fit_forest(bytes, options);
  CHECK_THROWS_AS(of_images.feature_scores(train.features), ValueError);
  CHECK_THROWS_AS(grow_forest(forest, bytes, {.trees = 5}), ValueError);  // its bytes mean something else
  CHECK_THROWS_AS(RandomForest::merged(forest, of_images), ValueError);
  CHECK(RandomForest::merged(forest, forest).bins().has_value());
  CHECK_THROWS_AS(RandomForest({1, 1, 2}, {"out", "in"}, {{1, forest::Node::leaf, 0}}, {0}, {}, {}, {}, forest.bins()),
                  ShapeError);
}

}  // namespace
