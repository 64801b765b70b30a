#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

/// Labels that have nothing to do with the features: whoever is right more often than by chance has seen the answers.
Dataset noise(Index samples, std::uint64_t seed) {
  Rng rng(seed);
  Pixels pixels(6, samples);
  for (auto& pixel : pixels.reshaped()) pixel = static_cast<std::uint8_t>(rng.below(256));
  std::vector<Label> labels;
  for (Index i = 0; i < samples; ++i) labels.push_back(static_cast<Label>(rng.below(2)));
  return Dataset({1, 1, 6}, std::move(pixels), std::move(labels), {"a", "b"});
}

}  // namespace

TEST_CASE("Out-of-bag votes come from the trees that did not see the sample") {
  // Labels are noise: whoever votes on samples it has learned from is right, and an honest vote is right by chance.
  Rng rng(8);
  Pixels pixels(8, 600);
  std::vector<Label> labels;
  for (Index i = 0; i < 600; ++i) {
    for (Index f = 0; f < 8; ++f) pixels(f, i) = static_cast<std::uint8_t>(rng.below(256));
    labels.push_back(static_cast<Label>(rng.below(2)));
  }
  const Dataset noise({1, 1, 8}, pixels, labels, {"a", "b"});
  const RandomForest forest = fit_forest(noise, {.trees = 60});
  CHECK(accuracy(noise.labels(), forest.predict(noise.pixels())) > 0.95);
  CHECK(std::abs(forest.out_of_bag_accuracy().value() - 0.5) < 0.1);
  CHECK_FALSE(fit_forest(noise, {.trees = 3, .out_of_bag = false}).out_of_bag_accuracy());
  CHECK_FALSE(fit_forest(noise, {.trees = 3, .bootstrap = false}).out_of_bag_accuracy());
}

TEST_CASE("a forest grown with another seed still votes out of bag on what its trees did not see") {
  const Dataset data = noise(400, 5);
  const RandomForest first = fit_forest(data, {.trees = 30, .seed = 1, .threads = 1});
  const RandomForest grown = grow_forest(first, data, {.trees = 60, .seed = 2, .threads = 1});
  REQUIRE(grown.out_of_bag_accuracy().has_value());
  CHECK(*grown.out_of_bag_accuracy() < 0.6);
  CHECK(grown.training().bags.size() == 60);
  // Each tree by itself: the bags that it says it had.
  const RandomForest again = grow_forest(grown, data, {.trees = 90, .seed = 3, .threads = 1});
  CHECK(*again.out_of_bag_accuracy() < 0.6);
}

TEST_CASE("trees whose bags nobody knows do not vote out of bag") {
  const Dataset data = noise(400, 5);
  const auto grown_from = [&](const RandomForest& forest) {
    return grow_forest(forest, data, {.trees = 60, .seed = 2, .threads = 1});
  };
  const RandomForest on_other_data = fit_forest(noise(400, 6), {.trees = 30, .seed = 1, .threads = 1});
  const RandomForest fitted = fit_forest(data, {.trees = 30, .seed = 1, .threads = 1});
  const RandomForest loaded(fitted.input_shape(), fitted.class_names(), {fitted.nodes().begin(), fitted.nodes().end()},
                            {fitted.roots().begin(), fitted.roots().end()},
                            {fitted.leaf_table().begin(), fitted.leaf_table().end()});
  const RandomForest saw_all = fit_forest(data, {.trees = 30, .bootstrap = false, .threads = 1});
  for (const RandomForest* forest : {&on_other_data, &loaded, &saw_all}) {
    const RandomForest grown = grown_from(*forest);
    CHECK(grown.training().bags.size() == 30);
    REQUIRE(grown.out_of_bag_accuracy().has_value());
    CHECK(*grown.out_of_bag_accuracy() < 0.6);
  }
}
