#include <inkling/core/rng.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dropout.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/line_network.hpp>
#include <inkling/nn/training/line_trainer.hpp>
#include <inkling/read/sequence_search.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "same_weights.hpp"

using namespace inkling;
using test::same_weights;

namespace {

const std::vector<std::string> names = {"0", "1"};

/// 12 rows; a ring for each 0 and a bar for each 1.
nn::TrainingLine drawn(const std::string& text, Rng& rng) {
  nn::TrainingLine line{FloatImage(static_cast<Index>(text.size()) * 9 + 2, 12), {}};
  Index x = 1 + static_cast<Index>(rng.below(2));
  for (const char c : text) {
    for (Index y = 2; y < 10; ++y) {
      const bool end = y == 2 || y == 9;
      for (Index i = 0; i < 6; ++i) {
        const bool ink = c == '0' ? end || i == 0 || i == 5 : i == 3;
        if (ink) line.ink(x + i, y) = rng.uniform(0.7F, 1.0F);
      }
    }
    line.labels.push_back(c - '0');
    x += 7 + static_cast<Index>(rng.below(3));
  }
  return line;
}

nn::TrainingLine some_line(Rng& rng, double) {
  std::string text;
  for (auto count = 1 + rng.below(4); count > 0; --count) text += rng.below(2) == 0 ? '0' : '1';
  return drawn(text, rng);
}

nn::Network small_network() {
  nn::Network network({12, 32, 1}, 5);
  network.add(nn::Conv2d({.filters = 8, .padding = nn::Padding::same, .bias = false}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::MaxPool2d({.window = 2}))
      .add(nn::Conv2d({.filters = 16, .kernel = 6, .bias = false}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::Dropout({.rate = 0.1}))
      .add(nn::Conv2d({.filters = 3, .kernel = 1}));
  return network;
}

nn::LineTrainingOptions quick(Index steps, int threads = 1) {
  nn::LineTrainingOptions options;
  options.optimizer = nn::AdamW{.learning_rate = 1e-2};
  options.steps = steps;
  options.batch = 16;
  options.micro_batch = 8;
  options.sorted = 4;
  options.margin = 8;
  options.average = 0.9;
  options.threads = threads;
  return options;
}

}  // namespace

TEST_CASE("a network learns to read lines from their texts alone") {
  double first = 0;
  double last = 0;
  nn::LineTrainingOptions options = quick(160);
  options.on_progress = [&](const Progress& progress) {
    (progress.step == options.sorted ? first : last) = progress.loss.value();
    return Flow::go_on;
  };
  const nn::LineNetwork lines(nn::fit_line_network({.network = small_network()}, some_line, options), names,
                              {.margin = 8});
  CHECK(last < first / 4);
  int right = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng(1000 + seed);
    const nn::TrainingLine line = some_line(rng, 1);
    std::string text;
    for (const Label label : line.labels) text += names[static_cast<std::size_t>(label)];
    const Matrix steps = lines.steps(line.ink).log_probabilities;
    right += find_texts(steps, Pattern::parse("*#"), CharSet(), names, 1).front().text == text ? 1 : 0;
  }
  CHECK(right >= 45);
}

TEST_CASE("the weights do not depend on the number of threads, nor on a break") {
  const nn::Network one = nn::fit_line_network({.network = small_network()}, some_line, quick(16));
  CHECK(same_weights(one, nn::fit_line_network({.network = small_network()}, some_line, quick(16, 3))));

  nn::TrainingState kept{.network = small_network()};
  nn::LineTrainingOptions half = quick(16);
  half.on_checkpoint = [&](const nn::TrainingState& state) { kept = state; };
  half.on_progress = [](const Progress& progress) { return progress.step == 8 ? Flow::stop : Flow::go_on; };
  nn::fit_line_network({.network = small_network()}, some_line, half);
  CHECK(kept.batch == 8);
  CHECK(same_weights(one, nn::fit_line_network(std::move(kept), some_line, quick(16))));

  nn::LineTrainingOptions other = quick(16);
  other.seed = 2;
  CHECK_FALSE(same_weights(one, nn::fit_line_network({.network = small_network()}, some_line, other)));
}

TEST_CASE("no line is drawn twice, and the average of the weights is what comes out") {
  std::vector<std::uint32_t> drawn_from;
  const auto source = [&](Rng& rng, double progress) {
    drawn_from.push_back(Rng(rng).next());
    return some_line(rng, progress);
  };
  const nn::Network averaged = nn::fit_line_network({.network = small_network()}, source, quick(16));
  std::sort(drawn_from.begin(), drawn_from.end());
  CHECK(std::adjacent_find(drawn_from.begin(), drawn_from.end()) == drawn_from.end());
  nn::LineTrainingOptions last = quick(16);
  last.average = 0;
  CHECK_FALSE(same_weights(averaged, nn::fit_line_network({.network = small_network()}, some_line, last)));
}

TEST_CASE("weights that are no numbers end the run") {
  nn::Network broken = small_network();
  broken.parameters().back()->value(0, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(nn::fit_line_network({.network = broken}, some_line, quick(4)), Error);
}

TEST_CASE("the source is told how far the run is") {
  std::vector<double> told;
  nn::fit_line_network(
      {.network = small_network()},
      [&](Rng& rng, double progress) {
        told.push_back(progress);
        return some_line(rng, progress);
      },
      quick(8));
  CHECK(told.size() == 8 * 16);
  CHECK(told.front() == 0);
  CHECK(told.back() == 0.5);
}

TEST_CASE("lines that are too narrow for their labels are left out, if some are not") {
  const auto crowded = [](Rng& rng, double) {
    nn::TrainingLine line = some_line(rng, 0);
    if (rng.below(2) == 0) line.labels.assign(100, 0);
    return line;
  };
  nn::fit_line_network({.network = small_network()}, crowded, quick(4));
  const auto all = [](Rng& rng, double) {
    nn::TrainingLine line = some_line(rng, 0);
    line.labels.assign(100, 0);
    return line;
  };
  CHECK_THROWS_AS(nn::fit_line_network({.network = small_network()}, all, quick(4)), Error);
}

TEST_CASE("what does not fit is refused") {
  const auto fit = [](const nn::LineSource& source, const nn::LineTrainingOptions& options) {
    nn::fit_line_network({.network = small_network()}, source, options);
  };
  CHECK_THROWS_AS(fit(nullptr, quick(4)), ValueError);
  CHECK_THROWS_AS(fit(some_line, quick(0)), ValueError);
  CHECK_THROWS_AS(fit([](Rng&, double) { return nn::TrainingLine{FloatImage(20, 11), {0}}; }, quick(4)), ShapeError);
  CHECK_THROWS_AS(fit([](Rng&, double) { return nn::TrainingLine{FloatImage(20, 12), {2}}; }, quick(4)), ValueError);
  nn::Network classifier({12, 32, 1}, 1);
  classifier.add(nn::Conv2d({.filters = 3, .kernel = 5}));
  CHECK_THROWS_AS(nn::fit_line_network({.network = classifier}, some_line, quick(4)), ShapeError);
}
