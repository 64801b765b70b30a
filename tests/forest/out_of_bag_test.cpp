#include <inkling/core/collective.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/detail/bag.hpp>
#include <inkling/forest/detail/out_of_bag.hpp>
#include <inkling/forest/detail/together.hpp>
#include <inkling/forest/detail/training_data.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/forest/trees.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "leaning_data.hpp"

using namespace inkling;
using forest::detail::TrainingData;
using test::leaning_data;

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

TEST_CASE("a calibration on every n-th sample fits the temperature to those samples and their labels") {
  const Dataset data = leaning_data(900, 10, 3, 2);
  const RandomForest forest = fit_forest(data, {.trees = 70, .max_depth = 3, .seed = 4, .threads = 1});
  const forest::Trees trees{{forest.nodes().begin(), forest.nodes().end()},
                            {forest.roots().begin(), forest.roots().end()},
                            {forest.leaf_table().begin(), forest.leaf_table().end()}};
  const std::vector<std::uint64_t>& seeds = forest.training().bags;

  std::vector<std::vector<std::uint16_t>> bags;
  for (const std::uint64_t seed : seeds) {
    Rng rng(seed);
    bags.push_back(forest::detail::draw_bag(rng, 900));
  }
  Matrix shares(3, 225);
  std::vector<Label> truth;
  for (Index i = 0; i < 900; i += 4) {
    Vector votes = Vector::Zero(3);
    for (std::size_t t = 0; t < bags.size(); ++t) {
      if (bags[t][static_cast<std::size_t>(i)] != 0) continue;
      const std::uint8_t* const sample = data.image(i).data();
      float* const sums = votes.data();
      trees.vote(trees.roots[t], {&sample, 1}, {&sums, 1});
    }
    shares.col(i / 4) = votes / votes.sum();
    truth.push_back(data.label(i));
  }
  const float temperature = fit_temperature(vote_logits(shares), truth);

  constexpr Index most_scores = 700;  // of 2700: every fourth sample
  for (const Index held_twice : {Index{0}, TrainingData::most_held_twice}) {
    Collective alone;
    const TrainingData training(data, {}, 1, held_twice);
    const auto verdict = forest::detail::sum_up(
        forest::detail::vote_out_of_bag(trees, training, seeds, true, 1, alone, most_scores), data.num_classes());
    REQUIRE(verdict.has_value());
    REQUIRE(verdict->temperature.has_value());
    CHECK(verdict->confusion.samples() == 900);  // the accuracy is that of all samples
    CHECK(verdict->confusion.accuracy() == forest.out_of_bag_accuracy().value());
    CHECK(*verdict->temperature == doctest::Approx(temperature));
  }
}
