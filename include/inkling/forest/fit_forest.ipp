#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/detail/bag.hpp>
#include <inkling/forest/detail/out_of_bag.hpp>
#include <inkling/forest/detail/training_data.hpp>
#include <inkling/forest/detail/tree_grower.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/options.hpp>
#include <inkling/forest/quantile_bins.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/forest/trees.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace forest::detail {

/// Throws ValueError naming the first option that is out of range.
inline void check(const ForestOptions& options, Index classes) {
  const auto refuse = [](const char* name, Index lowest, Index got) {
    if (got < lowest) {
      throw ValueError(std::string("RandomForest: ") + name + " must be at least " + std::to_string(lowest) + ", got " +
                       std::to_string(got));
    }
  };
  refuse("trees", 1, options.trees);
  refuse("max_features", 0, options.max_features);
  refuse("min_samples_leaf", 1, options.min_samples_leaf);
  refuse("max_depth", 0, options.max_depth);
  refuse("max_leaves", 0, options.max_leaves);
  if (options.class_weights.empty()) return;
  if (static_cast<Index>(options.class_weights.size()) != classes) {
    throw ValueError("RandomForest: expected " + std::to_string(classes) + " class weights, got " +
                     std::to_string(options.class_weights.size()));
  }
  for (const double weight : options.class_weights) {
    if (!(weight > 0) || !std::isfinite(weight)) {
      throw ValueError("RandomForest: a class weight is above 0 and finite, got " + std::to_string(weight));
    }
  }
}

/// The same samples as bytes for the trees.
inline Dataset gradients_of(const Dataset& images, const Hog& hog, int threads) {
  return {Shape{1, 1, hog.size()}, hog.byte_features(images.pixels(), threads), images.labels(), images.class_names()};
}

struct GrownForest {
  Trees trees;
  std::vector<double> importance;  // features; summed over the trees

  Index size() const noexcept { return static_cast<Index>(trees.roots.size()); }
  void add(const Tree& tree) {
    trees.append({tree.nodes, {0}, tree.leaf_table});
    importance.resize(tree.importance.size(), 0);
    for (std::size_t f = 0; f < importance.size(); ++f) importance[f] += tree.importance[f];
  }
};

/// Adds the trees that are missing: fewer only when the callback stops.
inline void add_trees(const TrainingData& data, const ForestOptions& options, GrownForest& forest) {
  const int workers = thread_count(options.threads);
  std::vector<TreeGrower> growers(static_cast<std::size_t>(workers), TreeGrower(data, options));
  const auto start = std::chrono::steady_clock::now();
  // The callback runs on the calling thread, between rounds, at whose end all wait. Without one nobody needs to.
  const Index round = options.on_progress ? Index{8} * workers : options.trees;
  while (forest.size() < options.trees) {
    const Index first = forest.size();
    std::vector<Tree> trees(static_cast<std::size_t>(std::min(round, options.trees - first)));
    parallel_for(static_cast<Index>(trees.size()), options.threads, [&](Index i, int worker) {
      trees[static_cast<std::size_t>(i)] =
          growers[static_cast<std::size_t>(worker)].grow(tree_seed(options.seed, first + i));
    });
    for (const Tree& tree : trees) {
      forest.add(tree);
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      const Progress progress{.step = forest.size(), .steps = options.trees, .seconds = elapsed.count()};
      if (options.on_progress && options.on_progress(progress) == Flow::stop) return;
    }
  }
}

/// The forest with the trees that are missing. temperature: kept unless the forest can be calibrated.
inline RandomForest finish(GrownForest forest, float temperature, const Dataset& dataset, const ForestOptions& options,
                           std::optional<QuantileBins> bins = {}) {
  check(options, dataset.num_classes());
  const TrainingData data(
      options.hog ? gradients_of(dataset, Hog(dataset.image_shape(), *options.hog), options.threads) : dataset,
      options.threads);
  add_trees(data, options, forest);
  std::optional<ConfusionMatrix> confusion;
  if (options.bootstrap && options.out_of_bag) {
    // A third of the trees votes on a sample. A few are less sure of themselves than all of them: no measure for those.
    const bool calibrate = forest.size() >= least_calibrated_trees;
    const std::optional<OutOfBag> verdict =
        vote_out_of_bag(forest.trees, data, options.seed, calibrate, options.threads);
    if (verdict) confusion = verdict->confusion;
    if (verdict && verdict->temperature) temperature = *verdict->temperature;
  }
  RandomForest result(dataset.image_shape(), dataset.class_names(), std::move(forest.trees.nodes),
                      std::move(forest.trees.roots), std::move(forest.trees.leaf_table), options.hog,
                      {std::move(forest.importance), std::move(confusion)}, std::move(bins));
  result.set_temperature(temperature);
  return result;
}

}  // namespace forest::detail

INKLING_INLINE RandomForest fit_forest(const Dataset& dataset, const ForestOptions& options) {
  return forest::detail::finish({}, 1, dataset, options);
}

INKLING_INLINE RandomForest fit_forest(const Matrix& features, std::span<const Label> labels,
                                       std::vector<std::string> class_names, ForestOptions options) {
  options.hog.reset();
  QuantileBins bins = fit_quantile_bins(features);
  const Dataset dataset(Shape{1, 1, features.rows()}, bins.transform(features), {labels.begin(), labels.end()},
                        std::move(class_names));
  return forest::detail::finish({}, 1, dataset, options, std::move(bins));
}

INKLING_INLINE RandomForest grow_forest(const RandomForest& forest, const Dataset& dataset,
                                        const ForestOptions& options) {
  const std::optional<Hog> hog =
      options.hog ? std::optional<Hog>(std::in_place, dataset.image_shape(), *options.hog) : std::nullopt;
  forest::detail::check_same_kind(forest, dataset.image_shape(), dataset.class_names(), hog);
  if (options.trees < forest.num_trees()) {
    throw ValueError("RandomForest: it has " + std::to_string(forest.num_trees()) +
                     " trees already, asked to grow to " + std::to_string(options.trees));
  }
  const forest::Trees trees{{forest.nodes().begin(), forest.nodes().end()},
                            {forest.roots().begin(), forest.roots().end()},
                            {forest.leaf_table().begin(), forest.leaf_table().end()}};
  return forest::detail::finish({trees, forest.training().importance}, forest.temperature(), dataset, options);
}

}  // namespace inkling::inline INKLING_ABI
