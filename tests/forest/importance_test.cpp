#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/importance.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

using namespace inkling;

namespace {

/// Feature 1 gives the class away, feature 2 half of the time; feature 0 is noise, and feature 3 constant.
Dataset telling_data(Index samples, std::uint64_t seed) {
  Rng rng(seed);
  Pixels pixels(4, samples);
  std::vector<Label> labels;
  for (Index i = 0; i < samples; ++i) {
    labels.push_back(static_cast<Label>(rng.below(2)));
    const auto byte = [&] { return static_cast<std::uint8_t>(rng.below(256)); };
    const auto telling = static_cast<std::uint8_t>(labels.back() * 128 + rng.below(128));
    const bool tells = rng.below(2) == 0;
    pixels.col(i) << byte(), telling, (tells ? telling : byte()), 9;
  }
  return Dataset({1, 1, 4}, std::move(pixels), std::move(labels), {"a", "b"});
}

}  // namespace

TEST_CASE("Impurity importance sums to 1 and follows what the features tell") {
  const RandomForest forest = fit_forest(telling_data(500, 1), {.trees = 50});
  const std::vector<double> importance = forest.impurity_importance();
  REQUIRE(importance.size() == 4);
  CHECK(std::accumulate(importance.begin(), importance.end(), 0.0) == doctest::Approx(1));
  CHECK(importance[1] > importance[2]);
  CHECK(importance[2] > importance[0]);
  CHECK(importance[3] == 0);
  CHECK(pixel_importance(forest) == importance);
}

TEST_CASE("The importance of one split is all there is") {
  Pixels pixels(2, 4);
  pixels << 0, 0, 9, 9,  //
      5, 5, 5, 5;
  const Dataset data({1, 1, 2}, pixels, {0, 0, 1, 1}, {"a", "b"});
  const ForestOptions options{.trees = 2, .max_features = 2, .bootstrap = false};
  CHECK(fit_forest(data, options).impurity_importance() == std::vector<double>{1, 0});
  const Dataset nothing({1, 1, 2}, pixels, {0, 0, 0, 0}, {"a", "b"});
  CHECK(fit_forest(nothing, options).impurity_importance() == std::vector<double>{0, 0});
}

TEST_CASE("Permutation importance is the fall of accuracy, the same for any number of threads") {
  const RandomForest forest = fit_forest(telling_data(500, 1), {.trees = 50});
  const Dataset test = telling_data(400, 2);
  const std::vector<double> importance = permutation_importance(forest, test, {.repeats = 3});
  CHECK(importance[1] > 0.2);
  CHECK(importance[1] > importance[2]);
  CHECK(std::abs(importance[0]) < 0.02);
  CHECK(importance[3] == 0);
  CHECK(permutation_importance(forest, test, {.repeats = 3, .threads = 3}) == importance);
  CHECK_THROWS_AS(permutation_importance(forest, test, {.repeats = 0}), ValueError);
}

TEST_CASE("Importance of gradients is spread over the pixels where they are") {
  const Dataset train = load_sample(std::string(INKLING_SOURCE_DIR) + "/data").first.take(500);
  const HogOptions hog{.cells = {4, 7}, .norm = HogNorm::l1_sqrt};
  const RandomForest forest = fit_forest(train, {.trees = 10, .hog = hog});
  const std::vector<double> importance = pixel_importance(forest);
  REQUIRE(importance.size() == 784);
  CHECK(std::accumulate(importance.begin(), importance.end(), 0.0) == doctest::Approx(1));
  const auto ring = importance[0] + importance[27];
  CHECK(importance[14 * 28 + 14] > 5 * ring);  // digits stand in the middle
}
