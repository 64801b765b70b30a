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
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace forest::detail {

/// Throws ValueError naming the first option that is out of range.
inline void check(const ForestOptions& options, Index classes) {
  options.check();
  if (options.class_weights.empty()) return;
  if (static_cast<Index>(options.class_weights.size()) != classes) {
    throw ValueError("ForestOptions::class_weights: expected " + std::to_string(classes) + " class weights, got " +
                     std::to_string(options.class_weights.size()));
  }
}

/// The same samples as bytes for the trees.
inline Dataset gradients_of(const Dataset& images, const Hog& hog, int threads) {
  return {Shape{1, 1, hog.size()}, hog.byte_features(images.pixels(), threads), images.labels(), images.class_names()};
}

/// Tells data sets apart, of pixels and labels.
inline std::uint64_t fingerprint(const Dataset& data) {
  std::uint64_t hash = static_cast<std::uint64_t>(data.size());
  const auto add = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 32U;
  };
  for (Index i = 0; i < data.size(); ++i) {
    add(static_cast<std::uint64_t>(data.label(i)));
    const std::span<const std::uint8_t> image = data.image(i);
    std::uint64_t word = 0;
    for (std::size_t at = 0; at < image.size(); at += sizeof word) {
      word = 0;
      std::memcpy(&word, image.data() + at, std::min(sizeof word, image.size() - at));
      add(word);
    }
  }
  return hash;
}

struct GrownForest {
  Trees trees;
  std::vector<double> importance;   // features; summed over the trees
  std::vector<std::uint64_t> bags;  // see ForestTraining

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
      if (options.bootstrap) forest.bags.push_back(tree_seed(options.seed, forest.size() - 1));
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
  if (!options.bootstrap) forest.bags.clear();
  std::optional<ConfusionMatrix> confusion;
  if (options.bootstrap && options.out_of_bag) {
    // A third of the trees votes on a sample. A few are less sure of themselves than all of them: no measure for those.
    const bool calibrate = static_cast<Index>(forest.bags.size()) >= least_calibrated_trees;
    const std::optional<OutOfBag> verdict =
        vote_out_of_bag(forest.trees, data, forest.bags, calibrate, options.threads);
    if (verdict) confusion = verdict->confusion;
    if (verdict && verdict->temperature) temperature = *verdict->temperature;
  }
  RandomForest result(dataset.image_shape(), dataset.class_names(), std::move(forest.trees.nodes),
                      std::move(forest.trees.roots), std::move(forest.trees.leaf_table), options.hog,
                      {.importance = std::move(forest.importance),
                       .out_of_bag = std::move(confusion),
                       .bags = std::move(forest.bags),
                       .data = options.bootstrap ? fingerprint(dataset) : 0},
                      std::move(bins));
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
  const bool same_data =
      !forest.training().bags.empty() && forest.training().data == forest::detail::fingerprint(dataset);
  return forest::detail::finish(
      {trees, forest.training().importance, same_data ? forest.training().bags : std::vector<std::uint64_t>()},
      forest.temperature(), dataset, options);
}

}  // namespace inkling::inline INKLING_ABI
