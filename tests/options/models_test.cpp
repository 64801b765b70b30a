#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/importance.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/line_recipe.hpp>
#include <inkling/model/occlusion.hpp>
#include <inkling/recipes.hpp>
#include <inkling/svm/choose_c.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "options/walk.hpp"

using namespace inkling;
using inkling::test::expect;
using inkling::test::Walk;

namespace {

Dataset striped(Index side) {
  Pixels pixels = Pixels::Zero(side * side, 20);
  std::vector<Label> labels;
  for (Index i = 0; i < 20; ++i) {
    labels.push_back(static_cast<Label>(i % 2));
    for (Index k = 0; k < side; ++k) pixels(i % 2 == 0 ? k * side + side / 2 : side / 2 * side + k, i) = 255;
    pixels(i, i) = static_cast<std::uint8_t>(10 * i);
  }
  return {{side, side, 1}, pixels, labels, {"a", "b"}};
}

}  // namespace

TEST_CASE("options of the SVM") {
  const Dataset data = striped(6);
  Walk<SvmOptions>(
      {.class_weights = {1, 2}, .max_passes = 20, .threads = 1},
      [&](const SvmOptions& options) { expect(fit_svm(data, options).scores(data.pixels(), 1).allFinite()); })
      .field("c", &SvmOptions::c)
      .field("class_weights", &SvmOptions::class_weights)
      .field("tolerance", &SvmOptions::tolerance)
      .field("max_passes", &SvmOptions::max_passes)
      .field("threads", &SvmOptions::threads);
  Walk<CSearch>(
      {.candidates = {0.1, 1}, .folds = 2},
      [&](const CSearch& options) { expect(choose_c(data, {.max_passes = 20, .threads = 1}, options).c > 0); })
      .field("candidates", &CSearch::candidates)
      .field("folds", &CSearch::folds);
}

TEST_CASE("options of the forest") {
  const Dataset data = striped(6);
  const RandomForest forest = fit_forest(data, {.trees = 2, .threads = 1});
  Walk<ForestOptions>(
      {.trees = 3, .class_weights = {1, 2}, .threads = 1},
      [&](const ForestOptions& options) { expect(fit_forest(data, options).scores(data.pixels(), 1).allFinite()); })
      .field("trees", &ForestOptions::trees)
      .field("max_features", &ForestOptions::max_features)
      .field("min_samples_leaf", &ForestOptions::min_samples_leaf)
      .field("max_depth", &ForestOptions::max_depth)
      .field("max_leaves", &ForestOptions::max_leaves)
      .field("class_weights", &ForestOptions::class_weights)
      .field("threads", &ForestOptions::threads);
  Walk<PermutationOptions>(
      {.threads = 1},
      [&](const PermutationOptions& options) { expect(permutation_importance(forest, data, options).size() == 36); })
      .field("repeats", &PermutationOptions::repeats)
      .field("threads", &PermutationOptions::threads);
  Walk<OcclusionOptions>(
      {.patch = 3, .threads = 1},
      [&](const OcclusionOptions& options) { expect(occlusion(forest, data.pixels(0, 1), 0, options).allFinite()); })
      .field("patch", &OcclusionOptions::patch)
      .field("stride", &OcclusionOptions::stride)
      .field("threads", &OcclusionOptions::threads);
  Walk<HogOptions>({.cells = {3}},
                   [&](const HogOptions& options) {
                     expect(Hog({6, 6, 1}, options).features(data.pixels(), 1).allFinite());
                   })
      .field("cells", &HogOptions::cells)
      .field("bins", &HogOptions::bins)
      .field("block", &HogOptions::block);
}

TEST_CASE("options of the recipe for lines") {
  Pixels pixels = Pixels::Zero(784, 10);
  pixels.middleRows(28 * 5, 28 * 18).setConstant(200);
  const Dataset digits(Shape{28, 28, 1}, pixels, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  Walk<LineRecipeOptions>(
      {.steps = 1, .threads = 1},
      [&](const LineRecipeOptions& options) { expect(train_lines({digits}, options).class_names().size() == 15); })
      .field("steps", &LineRecipeOptions::steps)
      .field("threads", &LineRecipeOptions::threads);
}

TEST_CASE("options of recipes") {
  const Dataset data = striped(6);
  Walk<RecipeOptions>({.epochs = 2, .threads = 1},
                      [&](const RecipeOptions& options) {
                        expect(train_model(ModelKind::forest, data, options).model->num_classes() == 2);
                      })
      .field("epochs", &RecipeOptions::epochs)
      .field("max_leaves", &RecipeOptions::max_leaves)
      .field("c", &RecipeOptions::c)
      .field("found_ink", &RecipeOptions::found_ink)
      .field("also_times", &RecipeOptions::also_times)
      .field("threads", &RecipeOptions::threads);
}
