#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/fingerprint.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/detail/bag.hpp>
#include <inkling/forest/detail/out_of_bag.hpp>
#include <inkling/forest/detail/together.hpp>
#include <inkling/forest/detail/training_data.hpp>
#include <inkling/forest/detail/tree_grower.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/node.hpp>
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
  options.check();
  if (options.class_weights.empty()) return;
  if (static_cast<Index>(options.class_weights.size()) != classes) {
    throw ValueError("ForestOptions::class_weights: expected " + std::to_string(classes) + " class weights, got " +
                     std::to_string(options.class_weights.size()));
  }
}

struct GrownForest {
  Trees trees;
  std::vector<double> importance;   // features; summed over the trees
  std::vector<std::uint64_t> bags;  // see ForestTraining

  Index size() const noexcept { return static_cast<Index>(trees.roots.size()); }

  /// Asks for the memory of `count` trees in all, or of the next thousand, if they are about as large as these: arrays
  /// that grow are there twice meanwhile.
  void reserve(const std::vector<Tree>& like, Index count) {
    const Index missing = std::min<Index>(count - size(), 1000);
    std::size_t nodes = 0;
    std::size_t records = 0;
    for (const Tree& tree : like) {
      nodes += tree.nodes.size();
      records += tree.leaf_table.size();
    }
    const double times = 1.02 * static_cast<double>(missing) / static_cast<double>(like.size());
    const auto more = [&](std::size_t held, std::size_t of_like) {
      return held + static_cast<std::size_t>(times * static_cast<double>(of_like));
    };
    if (trees.nodes.capacity() < trees.nodes.size() + nodes) trees.nodes.reserve(more(trees.nodes.size(), nodes));
    if (trees.leaf_table.capacity() < trees.leaf_table.size() + records) {
      trees.leaf_table.reserve(more(trees.leaf_table.size(), records));
    }
  }

  void add(Tree tree) {
    trees.append({std::move(tree.nodes), {0}, std::move(tree.leaf_table)});
    importance.resize(tree.importance.size(), 0);
    for (std::size_t f = 0; f < importance.size(); ++f) importance[f] += tree.importance[f];
  }
};

/// Of the trees, and of what is known of them.
inline std::uint64_t fingerprint(const GrownForest& forest) {
  Fingerprint sum(static_cast<std::uint64_t>(forest.size()));
  for (const Node& node : forest.trees.nodes) {
    for (const std::uint64_t value :
         {std::uint64_t{node.child}, std::uint64_t{node.feature}, std::uint64_t{node.threshold}}) {
      sum.add(value);
    }
  }
  for (const std::uint32_t root : forest.trees.roots) sum.add(std::uint64_t{root});
  for (const std::uint16_t value : forest.trees.leaf_table) sum.add(std::uint64_t{value});
  for (const double value : forest.importance) sum.add(value);
  for (const std::uint64_t seed : forest.bags) sum.add(seed);
  return sum.value();
}

/// Adds the trees that are missing: fewer only when the callback stops.
inline void add_trees(const TrainingData& data, const ForestOptions& options, Collective& ranks, GrownForest& forest) {
  const int workers = thread_count(options.threads);
  std::vector<TreeGrower> growers;
  for (int worker = 0; worker < workers; ++worker) growers.emplace_back(data, options);
  const auto start = std::chrono::steady_clock::now();
  // The callback runs on the calling thread, between rounds, at whose end all wait. Without one nobody needs to.
  const std::vector<Index> rounds =
      gather(ranks, options.on_progress ? Index{8} * workers * ranks.size() : options.trees);
  const Index round = *std::min_element(rounds.begin(), rounds.end());
  while (forest.size() < options.trees) {
    const Index first = forest.size();
    std::vector<Tree> trees(static_cast<std::size_t>(std::min(round, options.trees - first)));
    ranks.start_dealing();
    parallel_for(workers, options.threads, [&](Index, int worker) {
      for (Index i = ranks.deal(); i < std::ssize(trees); i = ranks.deal()) {
        trees[static_cast<std::size_t>(i)] =
            growers[static_cast<std::size_t>(worker)].grow(tree_seed(options.seed, first + i));
      }
    });
    exchange_trees(ranks, trees);
    Index stop = std::ssize(trees) + 1;  // after so many
    for (Index i = 1; options.on_progress && i < stop && i <= std::ssize(trees); ++i) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      const Progress progress{.step = first + i, .steps = options.trees, .seconds = elapsed.count()};
      if (options.on_progress(progress) == Flow::stop) stop = i;
    }
    const std::vector<Index> stops = gather(ranks, stop);
    stop = *std::min_element(stops.begin(), stops.end());
    forest.reserve(trees, options.trees);
    for (Index i = 0; i < std::min(stop, std::ssize(trees)); ++i) {
      forest.add(std::exchange(trees[static_cast<std::size_t>(i)], {}));  // so that no tree is there twice
      if (options.bootstrap) forest.bags.push_back(tree_seed(options.seed, forest.size() - 1));
    }
    if (stop <= std::ssize(trees)) return;
  }
}

/// Ranks that learned from other samples would give a forest that nobody else gets. of_data: the fingerprint of the
/// samples; begun: the trees that are there.
inline void require_same_run(Collective& ranks, std::uint64_t of_data, const ForestOptions& options,
                             const GrownForest& begun) {
  if (ranks.size() == 1) return;
  require_same(ranks, of_data, "the training data");
  Fingerprint sum(options.seed);
  for (const Index value :
       {options.trees, options.max_features, options.min_samples_leaf, options.max_depth, options.max_leaves}) {
    sum.add(static_cast<std::uint64_t>(value));
  }
  for (const bool value : {options.bootstrap, options.out_of_bag, options.random_thresholds, options.hog.has_value()}) {
    sum.add(std::uint64_t{value});
  }
  for (const double weight : options.class_weights) sum.add(weight);
  require_same(ranks, sum.value(), "the options of the forest");
  require_same(ranks, fingerprint(begun), "the trees to begin with");
}

/// The forest with the trees that are missing. temperature: kept unless the forest can be calibrated.
inline RandomForest finish(GrownForest forest, float temperature, Dataset dataset, const ForestOptions& options,
                           std::optional<QuantileBins> bins = {}) {
  check(options, dataset.num_classes());
  Collective alone;
  Collective& ranks = options.ranks != nullptr ? *options.ranks : alone;
  const std::uint64_t of_data = options.bootstrap || ranks.size() > 1 ? inkling::fingerprint(dataset) : 0;
  require_same_run(ranks, of_data, options, forest);
  const Shape image = dataset.image_shape();
  const std::vector<std::string> class_names = dataset.class_names();
  std::optional<Hog> hog;
  if (options.hog) hog.emplace(image, *options.hog);
  std::optional<TrainingData> data(std::in_place, std::move(dataset), hog, options.threads,
                                   TrainingData::most_held_twice, options.ranks);
  add_trees(*data, options, ranks, forest);
  data->release_columns();
  if (!options.bootstrap) forest.bags.clear();
  std::optional<ConfusionMatrix> confusion;
  if (options.bootstrap && options.out_of_bag) {
    // A third of the trees votes on a sample. A few are less sure of themselves than all of them: no measure for those.
    const bool calibrate = static_cast<Index>(forest.bags.size()) >= least_calibrated_trees;
    const std::vector<Verdicts> verdicts =
        vote_out_of_bag(forest.trees, *data, forest.bags, calibrate, options.threads, ranks);
    data.reset();
    const std::optional<OutOfBag> verdict = sum_up(verdicts, std::ssize(class_names));
    if (verdict) confusion = verdict->confusion;
    if (verdict && verdict->temperature) temperature = *verdict->temperature;
  }
  RandomForest result(image, class_names, std::move(forest.trees.nodes), std::move(forest.trees.roots),
                      std::move(forest.trees.leaf_table), options.hog,
                      {.importance = std::move(forest.importance),
                       .out_of_bag = std::move(confusion),
                       .bags = std::move(forest.bags),
                       .data = options.bootstrap ? of_data : 0},
                      std::move(bins));
  result.set_temperature(temperature);
  return result;
}

}  // namespace forest::detail

INKLING_INLINE RandomForest fit_forest(Dataset dataset, const ForestOptions& options) {
  return forest::detail::finish({}, 1, std::move(dataset), options);
}

INKLING_INLINE RandomForest fit_forest(const Matrix& features, std::span<const Label> labels,
                                       std::vector<std::string> class_names, ForestOptions options) {
  options.hog.reset();
  QuantileBins bins = fit_quantile_bins(features);
  Dataset dataset(Shape{1, 1, features.rows()}, bins.transform(features), {labels.begin(), labels.end()},
                  std::move(class_names));
  return forest::detail::finish({}, 1, std::move(dataset), options, std::move(bins));
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
  const bool same_data = !forest.training().bags.empty() && forest.training().data == fingerprint(dataset);
  return forest::detail::finish(
      {trees, forest.training().importance, same_data ? forest.training().bags : std::vector<std::uint64_t>()},
      forest.temperature(), dataset, options);
}

}  // namespace inkling::inline INKLING_ABI
