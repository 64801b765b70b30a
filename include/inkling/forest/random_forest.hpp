#pragma once

#include <inkling/core/config.hpp>
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
#include <inkling/forest/node.hpp>
#include <inkling/forest/options.hpp>
#include <inkling/forest/trees.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/confusion_matrix.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Random forest (Breiman 2001, "Random Forests") on byte features: each tree learns from a bootstrap sample, and each
/// split is the one of lowest Gini impurity among a few features drawn anew. The scores are the mean over the trees of
/// the class shares in the leaf that the image falls into: votes. Those of out-of-bag samples give a temperature that
/// makes probabilities of them.
///
///     const RandomForest forest = RandomForest::fit(train, {.trees = 200});
///     const std::vector<Label> predicted = forest.predict(test.pixels());
///
/// Thresholds are bytes, so that pixels are treated exactly. Images are read better through ForestOptions::hog. Other
/// features become bytes through QuantileBins.
class RandomForest final : public Classifier {
 public:
  /// Throws ValueError when the data is empty, has more than 65,535 classes or features or 16,777,216 samples, or when
  /// an option is out of range.
  static RandomForest fit(const Dataset& dataset, const ForestOptions& options = {});

  /// This forest with further trees, up to options.trees. When data and other options are those it was fitted with, the
  /// result is the one of fitting all trees at once. Throws as fit does, and ValueError when this forest has more
  /// trees, other classes, other images or other features.
  RandomForest grown(const Dataset& dataset, const ForestOptions& options) const;

  /// The trees of both, which were grown apart with different seeds. Out-of-bag figures are lost; the temperature is
  /// that of `first`. Throws ValueError when they have other classes, images or features.
  static RandomForest merged(const RandomForest& first, const RandomForest& second);

  /// A grown forest from its arrays, which are checked so that no input can make a walk leave them or run for ever.
  /// nodes: all trees, one after another, each with its root first; roots: where each tree begins, ascending from 0;
  /// leaf_table: see forest::Node::child. Throws FormatError naming the first node that is wrong.
  RandomForest(Shape input, std::vector<std::string> class_names, std::vector<forest::Node> nodes,
               std::vector<std::uint32_t> roots, std::vector<std::uint16_t> leaf_table,
               const std::optional<HogOptions>& hog = {});

  std::string_view kind() const noexcept override { return "forest"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::vote; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<RandomForest>(*this); }
  Index parameter_count() const noexcept override { return static_cast<Index>(trees_.nodes.size()); }

  Index num_trees() const noexcept { return static_cast<Index>(trees_.roots.size()); }
  std::span<const forest::Node> nodes() const noexcept { return trees_.nodes; }
  std::span<const std::uint32_t> roots() const noexcept { return trees_.roots; }
  std::span<const std::uint16_t> leaf_table() const noexcept { return trees_.leaf_table; }
  /// What the trees look at instead of the image's bytes; empty: those.
  const std::optional<Hog>& hog() const noexcept { return hog_; }

  /// Training samples by the votes of those trees alone that did not learn from them: an honest estimate without a test
  /// set. Samples that every tree has seen are left out. Empty when it was not asked for, when no sample is left, and
  /// for a forest that was loaded or merged.
  const std::optional<ConfusionMatrix>& out_of_bag_confusion() const noexcept { return out_of_bag_; }
  /// The share of right ones among them.
  std::optional<double> out_of_bag_accuracy() const {
    return out_of_bag_ ? std::optional(out_of_bag_->accuracy()) : std::nullopt;
  }

  /// Of each feature: by how much its splits lower the Gini impurity, weighted by the samples they part, the mean over
  /// the trees (Breiman's mean decrease in impurity). They sum to 1, or 0 when nothing was split. Empty for a forest
  /// that was loaded.
  std::vector<double> impurity_importance() const;

  /// Forests of fewer trees keep the temperature 1.
  static constexpr Index least_calibrated_trees = 64;

 private:
  RandomForest(Shape input, std::vector<std::string> class_names, const std::optional<HogOptions>& hog)
      : Classifier(input, std::move(class_names)) {
    if (hog) hog_.emplace(input, *hog);
  }

  void compute_scores(const Pixels& images, Matrix& result, int threads) const override;
  void grow(const Dataset& dataset, const ForestOptions& options);
  Dataset gradients_of(const Dataset& images, int threads) const;
  void add(const forest::Tree& tree);
  void check_same_kind(const RandomForest& other) const;

  std::optional<Hog> hog_;
  forest::Trees trees_;
  std::vector<double> importance_;  // features; summed over the trees
  std::optional<ConfusionMatrix> out_of_bag_;
};

inline RandomForest RandomForest::fit(const Dataset& dataset, const ForestOptions& options) {
  RandomForest result(dataset.image_shape(), dataset.class_names(), options.hog);
  result.grow(dataset, options);
  return result;
}

inline RandomForest RandomForest::grown(const Dataset& dataset, const ForestOptions& options) const {
  check_same_kind({dataset.image_shape(), dataset.class_names(), options.hog});
  if (options.trees < num_trees()) {
    throw ValueError("RandomForest: it has " + std::to_string(num_trees()) + " trees already, asked to grow to " +
                     std::to_string(options.trees));
  }
  RandomForest result = *this;
  result.grow(dataset, options);
  return result;
}

inline RandomForest RandomForest::merged(const RandomForest& first, const RandomForest& second) {
  first.check_same_kind(second);
  RandomForest result = first;
  result.trees_.append(second.trees_);
  result.out_of_bag_.reset();
  if (second.importance_.size() != result.importance_.size()) result.importance_.clear();
  for (std::size_t f = 0; f < result.importance_.size(); ++f) result.importance_[f] += second.importance_[f];
  return result;
}

inline RandomForest::RandomForest(Shape input, std::vector<std::string> class_names, std::vector<forest::Node> nodes,
                                  std::vector<std::uint32_t> roots, std::vector<std::uint16_t> leaf_table,
                                  const std::optional<HogOptions>& hog)
    : RandomForest(input, std::move(class_names), hog) {
  trees_ = {std::move(nodes), std::move(roots), std::move(leaf_table)};
  trees_.check(hog_ ? hog_->size() : input.size(), num_classes());
}

inline void RandomForest::check_same_kind(const RandomForest& other) const {
  const auto options = [](const RandomForest& forest) {
    return forest.hog() ? std::optional(forest.hog()->options()) : std::nullopt;
  };
  require<ValueError>(input_shape() == other.input_shape(), "RandomForest: both need images of the same shape");
  require<ValueError>(class_names() == other.class_names(), "RandomForest: both need the same classes");
  require<ValueError>(options(*this) == options(other), "RandomForest: both need the same features");
}

/// Adds the trees that are missing: fewer only when the callback stops.
inline void RandomForest::grow(const Dataset& dataset, const ForestOptions& options) {
  forest::check(options, dataset.num_classes());
  const forest::TrainingData data(hog_ ? gradients_of(dataset, options.threads) : dataset, options.threads);
  const int workers = thread_count(options.threads);
  std::vector<forest::TreeGrower> growers(static_cast<std::size_t>(workers), forest::TreeGrower(data, options));
  const auto start = std::chrono::steady_clock::now();
  // The callback runs on the calling thread, between rounds, at whose end all wait. Without one nobody needs to.
  const Index round = options.on_progress ? Index{8} * workers : options.trees;
  for (bool stopped = false; num_trees() < options.trees && !stopped;) {
    const Index first = num_trees();
    std::vector<forest::Tree> trees(static_cast<std::size_t>(std::min(round, options.trees - first)));
    parallel_for(static_cast<Index>(trees.size()), options.threads, [&](Index i, int worker) {
      trees[static_cast<std::size_t>(i)] =
          growers[static_cast<std::size_t>(worker)].grow(forest::tree_seed(options.seed, first + i));
    });
    for (const forest::Tree& tree : trees) {
      add(tree);
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      const Progress progress{.step = num_trees(), .steps = options.trees, .seconds = elapsed.count()};
      stopped = options.on_progress && options.on_progress(progress) == Flow::stop;
      if (stopped) break;
    }
  }
  out_of_bag_.reset();
  if (!options.bootstrap || !options.out_of_bag) return;
  // A third of the trees votes on a sample. A few are less sure of themselves than all of them: no measure for those.
  const bool calibrate = num_trees() >= least_calibrated_trees;
  const auto verdict = forest::vote_out_of_bag(trees_, data, options.seed, calibrate, options.threads);
  if (!verdict) return;
  out_of_bag_ = verdict->confusion;
  if (verdict->temperature) set_temperature(*verdict->temperature);
}

/// The same samples as bytes for the trees.
inline Dataset RandomForest::gradients_of(const Dataset& images, int threads) const {
  return Dataset({1, 1, hog_->size()}, hog_->byte_features(images.pixels(), threads), images.labels(),
                 images.class_names());
}

inline void RandomForest::add(const forest::Tree& tree) {
  trees_.append({tree.nodes, {0}, tree.leaf_table});
  importance_.resize(tree.importance.size(), 0);
  for (std::size_t f = 0; f < importance_.size(); ++f) importance_[f] += tree.importance[f];
}

inline std::vector<double> RandomForest::impurity_importance() const {
  std::vector<double> shares = importance_;
  double sum = 0;
  for (const double share : shares) sum += share;
  for (double& share : shares) share = sum > 0 ? share / sum : 0;
  return shares;
}

inline void RandomForest::compute_scores(const Pixels& images, Matrix& result, int threads) const {
  // Images a task: they stay in the cache while tree after tree passes over them, and more of them make more of a tree
  // that has come to the cache. A few are shared out among the threads first.
  constexpr Index most = 256;
  const Index block = std::clamp<Index>(images.cols() / thread_count(threads), 64, most);
  result.setZero();
  parallel_for((images.cols() + block - 1) / block, threads, [&](Index b, int) {
    const Index first = b * block;
    const Index count = std::min(block, images.cols() - first);
    const Pixels gradients = hog_ ? hog_->byte_features(images.middleCols(first, count), 1) : Pixels();
    std::array<const std::uint8_t*, most> samples;
    std::array<float*, most> votes;
    for (Index i = 0; i < count; ++i) {
      samples[static_cast<std::size_t>(i)] = hog_ ? gradients.col(i).data() : images.col(first + i).data();
      votes[static_cast<std::size_t>(i)] = result.col(first + i).data();
    }
    trees_.vote(std::span(samples).first(static_cast<std::size_t>(count)), votes);
  });
  result /= static_cast<float>(num_trees());
}

}  // namespace inkling::inline INKLING_ABI
