#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/line_recipe.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "same_weights.hpp"
#include "temporary_folder.hpp"

using namespace inkling;
using test::same_weights;

namespace {

Dataset digits() {
  return load_sample(std::filesystem::path(INKLING_SOURCE_DIR) / "data").first;
}

}  // namespace

TEST_CASE("lines begin short and become long, and are as high as the network reads") {
  const nn::LineSource source = written_lines({digits()});
  std::size_t longest_early = 0;
  std::size_t longest_late = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Rng rng(seed);
    const nn::TrainingLine early = source(rng, 0);
    const nn::TrainingLine late = source(rng, 0.5);
    for (const nn::TrainingLine* line : {&early, &late}) {
      CHECK(line->ink.height() == 40);
      for (const Label label : line->labels) CHECK(label < static_cast<Label>(line_classes().size()));
    }
    longest_early = std::max(longest_early, early.labels.size());
    longest_late = std::max(longest_late, late.labels.size());
  }
  CHECK(longest_early <= 3);
  CHECK(longest_late > 8);
}

TEST_CASE("a run of lines goes on from its checkpoint to the same weights") {
  const test::TemporaryFolder folder;
  LineRecipeOptions options{.steps = 9, .seed = 3, .threads = 2};
  const nn::LineNetwork whole = train_lines({digits()}, options);
  CHECK(whole.class_names() == line_classes());
  CHECK(whole.height() == 40);
  options.checkpoint = folder / "run";
  options.on_progress = [](const Progress& progress) { return progress.step == 8 ? Flow::stop : Flow::go_on; };
  train_lines({digits()}, options);
  REQUIRE(std::filesystem::exists(options.checkpoint));
  options.resume = true;
  std::vector<Index> steps;
  options.on_progress = [&](const Progress& progress) {
    steps.push_back(progress.step);
    return Flow::go_on;
  };
  CHECK(same_weights(whole.network(), train_lines({digits()}, options).network()));
  CHECK(steps == std::vector<Index>{9});
  CHECK(same_weights(whole.network(), train_lines({digits()}, options).network()));
  CHECK(steps.size() == 1);  // all were done
  CHECK_THROWS_AS(train_lines({digits().take(digits().size() - 1)}, options), ValueError);
  options.habits.waves = 0.5F;
  CHECK_THROWS_AS(train_lines({digits()}, options), ValueError);
  options.habits = {};
  options.seed = 4;
  CHECK_THROWS_AS(train_lines({digits()}, options), ValueError);
}
