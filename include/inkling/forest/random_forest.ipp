#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/node.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/forest/trees.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/confusion_matrix.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace forest::detail {

INKLING_INLINE void check_same_kind(const RandomForest& forest, const Shape& input,
                                    const std::vector<std::string>& class_names, const std::optional<Hog>& hog,
                                    const std::optional<QuantileBins>& bins) {
  const bool same_bytes = forest.bins() ? bins && forest.bins()->cuts() == bins->cuts() : !bins;
  const bool same_features = (forest.hog() ? hog && forest.hog()->options() == hog->options() : !hog) && same_bytes;
  require<ValueError>(forest.input_shape() == input, "RandomForest: both need images of the same shape");
  require<ValueError>(forest.class_names() == class_names, "RandomForest: both need the same classes");
  require<ValueError>(same_features, "RandomForest: both need the same features");
}

}  // namespace forest::detail

INKLING_INLINE RandomForest::RandomForest(Shape input, std::vector<std::string> class_names,
                                          std::vector<forest::Node> nodes, std::vector<std::uint32_t> roots,
                                          std::vector<std::uint16_t> leaf_table, const std::optional<HogOptions>& hog,
                                          ForestTraining training, std::optional<QuantileBins> bins)
    : Classifier(input, std::move(class_names)),
      bins_(std::move(bins)),
      trees_{std::move(nodes), std::move(roots), std::move(leaf_table)},
      training_(std::move(training)) {
  require<ValueError>(!(hog && bins_),
                      "RandomForest: it looks at gradients of images or at plain features, not at both");
  if (hog) hog_.emplace(input, *hog);
  if (bins_ && bins_->num_features() != input.size()) {
    throw ShapeError("RandomForest: expected bins of " + std::to_string(input.size()) + " features, got " +
                     std::to_string(bins_->num_features()));
  }
  trees_.check(hog_ ? hog_->size() : input.size(), num_classes());
}

INKLING_INLINE RandomForest RandomForest::merged(const RandomForest& first, const RandomForest& second) {
  forest::detail::check_same_kind(first, second.input_shape(), second.class_names(), second.hog(), second.bins());
  RandomForest result = first;
  result.trees_.append(second.trees_);
  result.training_.out_of_bag.reset();
  result.training_.bags.clear();
  std::vector<double>& importance = result.training_.importance;
  const std::vector<double>& others = second.training_.importance;
  if (others.size() != importance.size()) importance.clear();
  for (std::size_t f = 0; f < importance.size(); ++f) importance[f] += others[f];
  return result;
}

INKLING_INLINE std::optional<double> RandomForest::out_of_bag_accuracy() const {
  if (!training_.out_of_bag) return std::nullopt;
  return training_.out_of_bag->accuracy();
}

INKLING_INLINE std::vector<double> RandomForest::impurity_importance() const {
  std::vector<double> shares = training_.importance;
  double sum = 0;
  for (const double share : shares) sum += share;
  for (double& share : shares) share = sum > 0 ? share / sum : 0;
  return shares;
}

INKLING_INLINE void RandomForest::compute_scores(const Pixels& images, Matrix& result, int threads) const {
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

INKLING_INLINE Matrix RandomForest::compute_feature_scores(const Matrix& features, int threads) const {
  require<ValueError>(bins_.has_value(), "RandomForest: this forest learned from images and takes no plain features");
  return scores(bins_->transform(features), threads);
}

}  // namespace inkling::inline INKLING_ABI
