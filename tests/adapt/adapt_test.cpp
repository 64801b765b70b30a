#include <inkling/adapt.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/model/metrics.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

const nn::NetworkClassifier& shipped() {
  static const auto model = load_model(INKLING_SOURCE_DIR "/models/mlp.safetensors");
  return dynamic_cast<const nn::NetworkClassifier&>(*model);
}

/// Digits of somebody who writes them the other way round, as in a mirror.
Dataset mirrored(Index first, Index count) {
  static const Dataset all = load_sample(INKLING_SOURCE_DIR "/data").first;
  Pixels pixels = all.pixels(first, count);
  for (Index i = 0; i < count; ++i) {
    auto image = pixels.col(i).reshaped(28, 28);
    image = image.colwise().reverse().eval();
  }
  std::vector<Label> labels;
  for (Index i = 0; i < count; ++i) labels.push_back(all.label(first + i));
  return Dataset(all.image_shape(), std::move(pixels), std::move(labels), all.class_names());
}

double accuracy_of(const nn::NetworkClassifier& model, const Dataset& digits) {
  return accuracy(digits.labels(), best_classes(model.logits(digits.pixels()).topRows(10)));
}

}  // namespace

TEST_CASE("a network learns a hand from ten samples a digit, says by how much, and keeps what it knew") {
  const Dataset hand = mirrored(0, 100);
  const Dataset more = mirrored(100, 400);
  int steps = 0;
  const Adaptation result = adapt(shipped(), hand, {.images = 1500, .on_progress = [&](const Progress& progress) {
                                                      CHECK(progress.steps == 4);
                                                      ++steps;
                                                      return Flow::go_on;
                                                    }});
  CHECK(steps == 16);  // three folds and all
  REQUIRE(result.before.has_value());
  REQUIRE(result.after.has_value());
  CHECK(result.samples == 100);
  CHECK(result.share > 0);
  CHECK(*result.after > *result.before + 0.1);
  const double before = accuracy_of(shipped(), more);
  const double after = accuracy_of(result.model, more);
  CHECK(1 - after < 0.6 * (1 - before));
  CHECK(std::abs(after - *result.after) < 0.12);  // 400 samples against 100
  CHECK(result.model.temperature() == shipped().temperature());
  CHECK(result.model.class_names() == shipped().class_names());

  // Letters had no samples: nothing was learned of them.
  const std::size_t weight = result.model.network().parameters().size() - 2;
  const Matrix change =
      result.model.network().parameters()[weight]->value - shipped().network().parameters()[weight]->value;
  CHECK(change.bottomRows(37).cwiseAbs().maxCoeff() == 0);
  CHECK(change.topRows(10).cwiseAbs().maxCoeff() > 0);
}

TEST_CASE("the result is the same for any number of threads, and another for another seed") {
  const Dataset hand = mirrored(0, 20);
  const auto logits = [&](int threads, std::uint64_t seed) {
    const AdaptOptions options{.images = 200, .folds = 0, .seed = seed, .threads = threads};
    return adapt(shipped(), hand, options).model.logits(hand.pixels());
  };
  const Matrix one = logits(1, 1);
  CHECK(one == logits(3, 1));
  CHECK(one != logits(1, 2));
}

TEST_CASE("one sample of each class is too few to measure on; then half of the way is gone") {
  const Dataset digits = mirrored(0, 200);
  std::vector<Index> chosen;
  std::map<Label, int> taken;
  for (Index i = 0; i < digits.size(); ++i) {
    if (taken[digits.label(i)]++ == 0) chosen.push_back(i);
  }
  const Adaptation result = adapt(shipped(), digits.subset(chosen), {.images = 100});
  CHECK_FALSE(result.before.has_value());
  CHECK_FALSE(result.after.has_value());
  CHECK(result.share == 0.5);
}

TEST_CASE("options and samples that make no sense are refused") {
  const Dataset hand = mirrored(0, 20);
  CHECK_THROWS_WITH_AS(adapt(shipped(), hand, {.images = -1}),
                       "AdaptOptions::images: expected a number from 0 to 10000000, got -1", ValueError);
  CHECK_THROWS_AS(adapt(shipped(), hand, {.folds = 1}), ValueError);
  CHECK_THROWS_AS(adapt(shipped(), hand, {.folds = -2}), ValueError);
  CHECK_THROWS_AS(adapt(shipped(), hand, {.learning_rate = 0}), ValueError);
  CHECK_THROWS_AS(adapt(shipped(), hand.take(0)), ValueError);
  const Dataset small({14, 14, 1}, Pixels::Zero(196, 2), {0, 1}, {"0", "1"});
  CHECK_THROWS_AS(adapt(shipped(), small), ShapeError);
}
