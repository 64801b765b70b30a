#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/node.hpp>
#include <inkling/forest/quantile_bins.hpp>
#include <inkling/forest/trees.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/confusion_matrix.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What the training of a forest left beside its trees.
struct ForestTraining {
  std::vector<double> importance = {};             // see RandomForest::impurity_importance; summed over the trees
  std::optional<ConfusionMatrix> out_of_bag = {};  // see RandomForest::out_of_bag_confusion
  std::vector<std::uint64_t> bags = {};            // of the last trees, those whose bags are known: what drew them
  std::uint64_t data = 0;                          // a fingerprint of the samples that they were drawn from
};

/// Random forest (Breiman 2001, "Random Forests") on byte features: each tree learns from a bootstrap sample, and each
/// split is the one of lowest Gini impurity among a few features drawn anew. The scores are the mean over the trees of
/// the class shares in the leaf that the image falls into: votes. Those of out-of-bag samples give a temperature that
/// makes probabilities of them.
///
///     const RandomForest forest = fit_forest(train, {.trees = 200});
///     const std::vector<Label> predicted = forest.predict(test.pixels());
///
/// Thresholds are bytes, so that pixels are treated exactly. Images are read better through ForestOptions::hog. Plain
/// features become bytes through QuantileBins, which a forest that learned from features holds; what it takes as pixels
/// are such bytes.
class RandomForest final : public Classifier {
 public:
  /// The trees of both, which were grown apart with different seeds. Out-of-bag figures are lost; the temperature is
  /// that of `first`. Throws ValueError when they have other classes, images or features.
  static RandomForest merged(const RandomForest& first, const RandomForest& second);

  /// A grown forest from its arrays, which are checked so that no input can make a walk leave them or run for ever.
  /// nodes: all trees, one after another, each with its root first; roots: where each tree begins, ascending from 0;
  /// leaf_table: see forest::Node::child; training: empty for a forest whose training is not known; bins: of plain
  /// features, or none. Throws FormatError naming the first node that is wrong, ShapeError for bins of another number
  /// of features, ValueError for bins beside hog.
  RandomForest(Shape input, std::vector<std::string> class_names, std::vector<forest::Node> nodes,
               std::vector<std::uint32_t> roots, std::vector<std::uint16_t> leaf_table,
               const std::optional<HogOptions>& hog = {}, ForestTraining training = {},
               std::optional<QuantileBins> bins = {});

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
  /// What makes bytes of plain features; none for a forest of images.
  const std::optional<QuantileBins>& bins() const noexcept { return bins_; }

  /// Training samples by the votes of those trees alone that did not learn from them: an honest estimate without a test
  /// set. Samples that every tree has seen are left out. Empty when it was not asked for, when no sample is left, and
  /// for a forest that was loaded or merged.
  const std::optional<ConfusionMatrix>& out_of_bag_confusion() const noexcept { return training_.out_of_bag; }
  /// The share of right ones among them.
  std::optional<double> out_of_bag_accuracy() const;

  /// What training left beside the trees.
  const ForestTraining& training() const noexcept { return training_; }

  /// Of each feature: by how much its splits lower the Gini impurity, weighted by the samples they part, the mean over
  /// the trees (Breiman's mean decrease in impurity). They sum to 1, or 0 when nothing was split. Empty for a forest
  /// that was loaded.
  std::vector<double> impurity_importance() const;

 private:
  void compute_scores(const Pixels& images, Matrix& result, int threads) const override;
  Matrix compute_feature_scores(const Matrix& features, int threads) const override;

  std::optional<Hog> hog_;
  std::optional<QuantileBins> bins_;
  forest::Trees trees_;
  ForestTraining training_;
};

namespace forest::detail {

/// Throws ValueError unless the forest has these images, classes and features.
void check_same_kind(const RandomForest& forest, const Shape& input, const std::vector<std::string>& class_names,
                     const std::optional<Hog>& hog, const std::optional<QuantileBins>& bins = {});

}  // namespace forest::detail

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/forest/random_forest.ipp>
#endif
