#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/node.hpp>
#include <inkling/forest/training_data.hpp>
#include <inkling/forest/tree_grower.hpp>
#include <inkling/model/classifier.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling {

struct ForestOptions {
  Index trees = 100;
  Index max_features = 0;  // features tried at a split; 0: the square root of their number
  Index min_samples_leaf =
      1;                   // a split leaves at least so many samples on either side, counting the bootstrap's repeats
  Index max_depth = 0;     // splits between root and leaf; 0: no limit
  Index max_leaves = 0;    // of a tree, which then keeps the splits of the largest gain; 0: no limit
  bool bootstrap = true;   // each tree learns from as many samples, drawn with repeats
  bool out_of_bag = true;  // score the forest on what its trees did not see (needs bootstrap)
  std::uint64_t seed = 1;
  int threads = 0;                    // 0: all cores; the result does not depend on it
  ProgressCallback on_progress = {};  // called for every tree
};

/// Random forest (Breiman 2001, "Random Forests") on byte features: each tree learns from a bootstrap sample, and each
/// split is the one of lowest Gini impurity among a few features drawn anew. The scores are the mean over the trees of
/// the class shares in the leaf that the image falls into: votes, not calibrated probabilities.
///
///     const RandomForest forest = RandomForest::fit(train, {.trees = 200});
///     const std::vector<Label> predicted = forest.predict(test.pixels());
///
/// Thresholds are bytes, so that pixels are treated exactly. Other features become bytes through QuantileBins.
class RandomForest final : public Classifier {
 public:
  /// Throws ValueError when the data is empty, has more than 65,535 classes or features or 16,777,216 samples, or when
  /// an option is out of range.
  static RandomForest fit(const Dataset& dataset, const ForestOptions& options = {});

  /// A grown forest from its arrays, which are checked so that no input can make a walk leave them or run for ever.
  /// nodes: all trees, one after another, each with its root first; roots: where each tree begins, ascending from 0;
  /// leaf_table: see forest::Node::child. Throws FormatError naming the first node that is wrong.
  RandomForest(Shape input, std::vector<std::string> class_names, std::vector<forest::Node> nodes,
               std::vector<std::uint32_t> roots, std::vector<std::uint16_t> leaf_table);

  std::string_view kind() const noexcept override { return "forest"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::vote; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<RandomForest>(*this); }
  Index parameter_count() const noexcept override { return static_cast<Index>(nodes_.size()); }

  Index num_trees() const noexcept { return static_cast<Index>(roots_.size()); }
  std::span<const forest::Node> nodes() const noexcept { return nodes_; }
  std::span<const std::uint32_t> roots() const noexcept { return roots_; }
  std::span<const std::uint16_t> leaf_table() const noexcept { return leaf_table_; }

  /// The share of training samples that are right by the votes of those trees alone that did not learn from them: an
  /// honest estimate without a test set. Samples that every tree has seen are left out. Empty when it was not asked
  /// for, when no sample is left, and for a forest made from arrays.
  std::optional<double> out_of_bag_accuracy() const noexcept { return out_of_bag_accuracy_; }

 private:
  static constexpr std::size_t lanes = 8;  // walks at once

  void compute_scores(const Pixels& images, Matrix& result, int threads) const override;
  void check() const;
  void check_tree(std::uint32_t first, std::uint32_t end) const;
  void check_leaf(std::uint32_t index) const;
  std::string where(std::uint32_t node) const { return "RandomForest: node " + std::to_string(node) + ": "; }

  /// Adds the class shares of a leaf to `votes`, of num_classes().
  void add_vote(const forest::Node& leaf, float* votes) const noexcept;
  /// Lets one tree vote on several samples. votes[i]: num_classes() for samples[i].
  void vote(std::uint32_t root, std::span<const std::uint8_t* const> samples, std::span<float* const> votes) const;
  /// Lets all trees vote on one sample.
  void vote(const std::uint8_t* sample, float* votes) const;

  std::optional<double> score_out_of_bag(const Dataset& dataset, const std::vector<std::vector<bool>>& in_bag,
                                         int threads) const;

  std::vector<forest::Node> nodes_;
  std::vector<std::uint32_t> roots_;
  std::vector<std::uint16_t> leaf_table_;
  std::optional<double> out_of_bag_accuracy_;
};

namespace forest {

inline void check(const ForestOptions& options) {
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
}

/// The first trees that `options` ask for: fewer only when the callback stops.
inline std::vector<Tree> grow_trees(const TrainingData& data, const ForestOptions& options) {
  const Index features = data.num_features();
  const Index root = static_cast<Index>(std::sqrt(static_cast<double>(features)));
  const TreeOptions tree_options{std::max<Index>(1, options.max_features > 0 ? options.max_features : root),
                                 options.min_samples_leaf, options.max_depth, options.max_leaves, options.bootstrap};
  const int workers = thread_count(options.threads);
  std::vector<TreeGrower> growers(static_cast<std::size_t>(workers), TreeGrower(data, tree_options));
  std::vector<Tree> trees(static_cast<std::size_t>(options.trees));
  const auto start = std::chrono::steady_clock::now();
  // The callback runs on the calling thread, between rounds. Without one nobody needs to wait.
  const Index round = options.on_progress ? Index{4} * workers : options.trees;
  for (Index first = 0; first < options.trees; first += round) {
    const Index count = std::min(round, options.trees - first);
    parallel_for(count, options.threads, [&](Index i, int worker) {
      const Index t = first + i;
      trees[static_cast<std::size_t>(t)] =
          growers[static_cast<std::size_t>(worker)].grow(derive_seed(options.seed, {static_cast<std::uint64_t>(t)}));
    });
    for (Index t = first + 1; options.on_progress && t <= first + count; ++t) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      if (options.on_progress({.step = t, .steps = options.trees, .seconds = elapsed.count()}) == Flow::stop) {
        trees.resize(static_cast<std::size_t>(t));
        return trees;
      }
    }
  }
  return trees;
}

}  // namespace forest

inline RandomForest RandomForest::fit(const Dataset& dataset, const ForestOptions& options) {
  forest::check(options);
  const forest::TrainingData data(dataset, options.threads);
  std::vector<forest::Tree> trees = forest::grow_trees(data, options);

  std::vector<forest::Node> nodes;
  std::vector<std::uint32_t> roots;
  std::vector<std::uint16_t> leaf_table;
  std::vector<std::vector<bool>> in_bag;
  for (forest::Tree& tree : trees) {
    constexpr std::size_t limit = std::numeric_limits<std::uint32_t>::max();
    require<ValueError>(nodes.size() + tree.nodes.size() < limit && leaf_table.size() + tree.leaf_table.size() < limit,
                        "RandomForest: more than 4,294,967,295 nodes; grow fewer or smaller trees");
    const auto first_node = static_cast<std::uint32_t>(nodes.size());
    const auto first_record = static_cast<std::uint32_t>(leaf_table.size());
    roots.push_back(first_node);
    for (forest::Node node : tree.nodes) {
      if (!node.is_leaf()) {
        node.child += first_node;
      } else if (node.is_mixed()) {
        node.child += first_record;
      }
      nodes.push_back(node);
    }
    leaf_table.insert(leaf_table.end(), tree.leaf_table.begin(), tree.leaf_table.end());
    in_bag.push_back(std::move(tree.in_bag));
    tree = {};
  }
  RandomForest result(dataset.image_shape(), dataset.class_names(), std::move(nodes), std::move(roots),
                      std::move(leaf_table));
  if (options.bootstrap && options.out_of_bag) {
    result.out_of_bag_accuracy_ = result.score_out_of_bag(dataset, in_bag, options.threads);
  }
  return result;
}

inline RandomForest::RandomForest(Shape input, std::vector<std::string> class_names, std::vector<forest::Node> nodes,
                                  std::vector<std::uint32_t> roots, std::vector<std::uint16_t> leaf_table)
    : Classifier(input, std::move(class_names)),
      nodes_(std::move(nodes)),
      roots_(std::move(roots)),
      leaf_table_(std::move(leaf_table)) {
  check();
}

inline void RandomForest::check() const {
  constexpr std::size_t limit = std::numeric_limits<std::uint32_t>::max();
  require<FormatError>(nodes_.size() < limit && leaf_table_.size() < limit, "RandomForest: too many nodes");
  require<FormatError>(input_shape().size() <= forest::Node::max_features, "RandomForest: more than 65,535 features");
  require<FormatError>(num_classes() <= forest::TrainingData::max_classes, "RandomForest: more than 65,535 classes");
  require<FormatError>(!roots_.empty() && roots_.front() == 0, "RandomForest: the first tree must begin at node 0");
  for (std::size_t t = 0; t < roots_.size(); ++t) {
    const std::size_t end = t + 1 < roots_.size() ? roots_[t + 1] : nodes_.size();
    if (roots_[t] >= end || end > nodes_.size()) {
      throw FormatError("RandomForest: tree " + std::to_string(t) + " begins at node " + std::to_string(roots_[t]) +
                        " and ends before node " + std::to_string(end) + " of " + std::to_string(nodes_.size()));
    }
    check_tree(roots_[t], static_cast<std::uint32_t>(end));
  }
}

/// Children after their parent: whoever walks makes headway, and arrives at a leaf of the same tree.
inline void RandomForest::check_tree(std::uint32_t first, std::uint32_t end) const {
  for (std::uint32_t i = first; i < end; ++i) {
    const forest::Node& node = nodes_[i];
    if (node.is_leaf()) {
      check_leaf(i);
    } else if (node.feature >= input_shape().size()) {
      throw FormatError(where(i) + "feature " + std::to_string(node.feature) + " of " +
                        std::to_string(input_shape().size()));
    } else if (node.child <= i || node.child >= end - 1) {
      throw FormatError(where(i) + "children must stand behind it and before node " + std::to_string(end) + ", got " +
                        std::to_string(node.child));
    }
  }
}

inline void RandomForest::check_leaf(std::uint32_t index) const {
  const forest::Node& leaf = nodes_[index];
  const auto check_class = [&](std::uint32_t label) {
    if (static_cast<Index>(label) >= num_classes()) {
      throw FormatError(where(index) + "class " + std::to_string(label) + " of " + std::to_string(num_classes()));
    }
  };
  if (!leaf.is_mixed()) return check_class(leaf.child);
  const std::size_t size = leaf.child < leaf_table_.size() ? leaf_table_[leaf.child] : 0;
  if (size == 0 || leaf_table_.size() - leaf.child - 1 < 2 * size) {
    throw FormatError(where(index) + "its leaf record at " + std::to_string(leaf.child) + " of " +
                      std::to_string(leaf_table_.size()) + " is empty or cut off");
  }
  for (std::size_t k = leaf.child + 1; k < leaf.child + 1 + 2 * size; k += 2) {
    check_class(leaf_table_[k]);
    if (leaf_table_[k + 1] == 0) throw FormatError(where(index) + "its leaf record has a count of 0");
  }
}

inline void RandomForest::add_vote(const forest::Node& leaf, float* votes) const noexcept {
  if (!leaf.is_mixed()) {
    votes[leaf.child] += 1;
    return;
  }
  const std::uint16_t* record = leaf_table_.data() + leaf.child;
  const std::size_t size = *record++;
  std::uint32_t total = 0;
  for (std::size_t k = 0; k < size; ++k) total += record[2 * k + 1];
  const float share = 1.0F / static_cast<float>(total);
  for (std::size_t k = 0; k < size; ++k) votes[record[2 * k]] += share * static_cast<float>(record[2 * k + 1]);
}

inline void RandomForest::vote(std::uint32_t root, std::span<const std::uint8_t* const> samples,
                               std::span<float* const> votes) const {
  for (std::size_t first = 0; first < samples.size(); first += lanes) {
    const std::size_t count = std::min(lanes, samples.size() - first);
    std::array<std::uint32_t, lanes> at;
    std::array<const std::uint8_t*, lanes> bytes;
    at.fill(root);
    for (std::size_t l = 0; l < lanes; ++l) bytes[l] = samples[first + std::min(l, count - 1)];
    forest::walk(nodes_.data(), at, bytes);
    for (std::size_t l = 0; l < count; ++l) add_vote(nodes_[at[l]], votes[first + l]);
  }
}

inline void RandomForest::vote(const std::uint8_t* sample, float* votes) const {
  std::array<const std::uint8_t*, lanes> bytes;
  bytes.fill(sample);
  for (std::size_t first = 0; first < roots_.size(); first += lanes) {
    const std::size_t count = std::min(lanes, roots_.size() - first);
    std::array<std::uint32_t, lanes> at;
    for (std::size_t l = 0; l < lanes; ++l) at[l] = roots_[first + std::min(l, count - 1)];
    forest::walk(nodes_.data(), at, bytes);
    for (std::size_t l = 0; l < count; ++l) add_vote(nodes_[at[l]], votes);
  }
}

inline void RandomForest::compute_scores(const Pixels& images, Matrix& result, int threads) const {
  constexpr Index block = 64;  // images a task: they stay in the cache while tree after tree passes over them
  result.setZero();
  parallel_for((images.cols() + block - 1) / block, threads, [&](Index b, int) {
    const Index first = b * block;
    const auto count = static_cast<std::size_t>(std::min(block, images.cols() - first));
    std::array<const std::uint8_t*, block> samples;
    std::array<float*, block> votes;
    for (std::size_t i = 0; i < count; ++i) {
      samples[i] = images.col(first + static_cast<Index>(i)).data();
      votes[i] = result.col(first + static_cast<Index>(i)).data();
    }
    if (count < lanes) {
      for (std::size_t i = 0; i < count; ++i) vote(samples[i], votes[i]);
    } else {
      for (const std::uint32_t root : roots_) vote(root, std::span(samples).first(count), votes);
    }
  });
  result /= static_cast<float>(num_trees());
}

inline std::optional<double> RandomForest::score_out_of_bag(const Dataset& dataset,
                                                            const std::vector<std::vector<bool>>& in_bag,
                                                            int threads) const {
  constexpr Index block = 256;
  const Index blocks = (dataset.size() + block - 1) / block;
  struct Count {
    Index right = 0;
    Index voted = 0;
  };
  std::vector<Count> counts(static_cast<std::size_t>(blocks));
  parallel_for(blocks, threads, [&](Index b, int) {
    const Index first = b * block;
    const Index size = std::min(block, dataset.size() - first);
    Matrix shares = Matrix::Zero(num_classes(), size);
    std::vector<const std::uint8_t*> samples;
    std::vector<float*> votes;
    for (std::size_t t = 0; t < roots_.size(); ++t) {
      samples.clear();
      votes.clear();
      for (Index i = 0; i < size; ++i) {
        if (in_bag[t][static_cast<std::size_t>(first + i)]) continue;
        samples.push_back(dataset.image(first + i).data());
        votes.push_back(shares.col(i).data());
      }
      vote(roots_[t], samples, votes);
    }
    const std::vector<Label> best = best_classes(shares);
    Count& count = counts[static_cast<std::size_t>(b)];
    for (Index i = 0; i < size; ++i) {
      if (!(shares.col(i).sum() > 0)) continue;
      ++count.voted;
      count.right += best[static_cast<std::size_t>(i)] == dataset.label(first + i) ? 1 : 0;
    }
  });
  Count all;
  for (const Count& count : counts) {
    all.right += count.right;
    all.voted += count.voted;
  }
  if (all.voted == 0) return std::nullopt;
  return static_cast<double>(all.right) / static_cast<double>(all.voted);
}

}  // namespace inkling
