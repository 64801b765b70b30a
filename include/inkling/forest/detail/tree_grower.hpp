#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/forest/detail/bag.hpp>
#include <inkling/forest/detail/class_weights.hpp>
#include <inkling/forest/detail/gathered_columns.hpp>
#include <inkling/forest/detail/large_bytes.hpp>
#include <inkling/forest/detail/split.hpp>
#include <inkling/forest/detail/training_data.hpp>
#include <inkling/forest/node.hpp>
#include <inkling/forest/options.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <queue>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// One grown tree; children and leaf records count from 0.
struct Tree {
  std::vector<Node> nodes;
  std::vector<std::uint16_t> leaf_table;
  std::vector<double> importance;  // features; by how much their splits lower the impurity, with sum 1 or 0
};

/// Grows trees, one after another, in memory that it keeps. One for each thread.
///
/// A tree holds its samples as an array that every split partitions, so that a node is a range of it. Large nodes read
/// the shared feature columns, or gather them when the samples are packed. A node of at most `block_samples_`
/// copies its samples into a block of columns of its own, which stays in the cache for its whole subtree; from there on
/// Sample::row counts within the block.
class TreeGrower {
 public:
  /// `data` must outlive this.
  TreeGrower(const TrainingData& data, const ForestOptions& options)
      : TreeGrower(data, options, {options.class_weights, data.size(), data.num_classes()}) {}

  /// The tree that the seed decides.
  Tree grow(std::uint64_t seed) {
    Rng rng(seed);
    draw_samples(rng);
    split_nodes(rng);
    return write(best_splits());
  }

 private:
  /// The most samples of a block. A node with fewer samples than a shared column has cache lines reads a line for each
  /// of them: it is to be in a block. More than 24 MB of gradients would not stay in any cache.
  static Index largest_block(Index samples) noexcept {
    constexpr Index line = 64;
    return std::clamp<Index>(samples / line, 4096, 16384);
  }

  TreeGrower(const TrainingData& data, const ForestOptions& options, ClassWeights class_weights)
      : data_(data),
        class_weights_(std::move(class_weights)),
        block_samples_(largest_block(data.size())),
        max_depth_(options.max_depth),
        max_leaves_(options.max_leaves),
        bootstrap_(options.bootstrap),
        random_thresholds_(options.random_thresholds),
        // More than the weight of one sample less; any weight at all for one.
        min_weight_((options.min_samples_leaf - 1) * std::int64_t{class_weights_.unit} + 1),
        finder_(data.num_classes(), min_weight_) {
    const double root = std::sqrt(static_cast<double>(data.num_features()));
    max_features_ =
        options.max_features > 0 ? static_cast<std::size_t>(options.max_features) : static_cast<std::size_t>(root);
  }

  /// Node while growing: samples_[first, last) are in it.
  struct Grown {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t child = 0;  // the left one, the right one follows; 0: a leaf
    std::uint16_t feature = 0;
    std::uint8_t threshold = 0;
    double gain = 0;  // by how much the split lowers the Gini impurity, times samples
  };

  /// Where a node's samples are read: in the shared columns, in packed samples from which columns are gathered, in
  /// block_.
  enum class Source { columns, packed, block };

  struct Task {
    std::uint32_t node;
    Index depth;
    bool in_block;  // its samples count within block_
  };

  void draw_samples(Rng& rng) {
    constexpr std::uint32_t most = std::numeric_limits<std::uint16_t>::max();
    const std::vector<std::uint16_t> bag = bootstrap_
                                               ? draw_bag(rng, data_.size())
                                               : std::vector<std::uint16_t>(static_cast<std::size_t>(data_.size()), 1);
    samples_.clear();
    for (std::uint32_t i = 0; i < bag.size(); ++i) {
      if (bag[i] == 0) continue;
      const auto label = static_cast<std::uint16_t>(data_.label(i));
      const std::uint32_t weight = std::uint32_t{bag[i]} * class_weights_.of_class[label];
      samples_.push_back({i, label, static_cast<std::uint16_t>(std::min(weight, most))});
    }
  }

  /// Grows the whole tree, depth first.
  void split_nodes(Rng& rng) {
    features_ = data_.varying_features();
    grown_.assign(1, {0, static_cast<std::uint32_t>(samples_.size())});
    std::vector<Task> tasks{{0, 0, false}};
    while (!tasks.empty()) {
      Task task = tasks.back();
      tasks.pop_back();
      const std::uint32_t first = grown_[task.node].first;
      const std::uint32_t last = grown_[task.node].last;
      const auto samples = std::span(samples_).subspan(first, last - first);
      if (finder_.start_node(samples) || finder_.weight() < 2 * min_weight_ ||
          (max_depth_ > 0 && task.depth >= max_depth_)) {
        continue;
      }
      if (!task.in_block && static_cast<Index>(samples.size()) <= block_samples_) {
        copy_to_block(samples);
        task.in_block = true;
      }
      const Source large = data_.holds_columns() ? Source::columns : Source::packed;
      const Source source = task.in_block ? Source::block : large;
      if (source == Source::packed) gathered_.start_node(samples);
      const NodeSplit split = best_split(source, rng);
      if (!split.valid()) continue;  // a leaf does not ask for rows
      const auto child = static_cast<std::uint32_t>(grown_.size());
      const std::uint8_t* const split_column = column(source, {&split.feature, 1});
      const std::uint32_t middle = first + partition(samples, split_column, split.threshold);
      if (source == Source::packed) gathered_.end_node(samples);
      grown_[task.node] = {first, last, child, split.feature, split.threshold, split.score - finder_.unsplit_score()};
      grown_.push_back({first, middle});
      grown_.push_back({middle, last});
      tasks.push_back({child + 1, task.depth + 1, task.in_block});
      tasks.push_back({child, task.depth + 1, task.in_block});
    }
  }

  /// The best of max_features features drawn without repeats; more are drawn while none of them can split.
  NodeSplit best_split(Source source, Rng& rng) {
    NodeSplit best;
    const auto draw = [&](std::size_t k) {
      std::swap(features_[k], features_[k + rng.below(static_cast<std::uint32_t>(features_.size() - k))]);
    };
    // Drawn ahead, so that the next column is known; random thresholds come from the same numbers in between.
    const std::size_t ahead = random_thresholds_ ? 0 : std::min(max_features_, features_.size());
    for (std::size_t k = 0; k < ahead; ++k) draw(k);
    for (std::size_t k = 0; k < features_.size() && (k < max_features_ || !best.valid()); ++k) {
      if (k >= ahead) draw(k);
      const std::span<const std::uint16_t> known(features_.data() + k, std::max(ahead, k + 1) - k);
      const std::uint8_t* bytes = column(source, known);
      const std::uint8_t* next =
          source == Source::columns && known.size() > 1 ? column(source, known.subspan(1)) : nullptr;
      const NodeSplit split = random_thresholds_ ? finder_.random(bytes, features_[k], rng)
                                                 : finder_.best(bytes, features_[k], next, data_.highest(features_[k]));
      if (split.score > best.score) best = split;
    }
    return best;
  }

  /// Bytes of the first feature, by Sample::row. The other features are those that come next.
  const std::uint8_t* column(Source source, std::span<const std::uint16_t> features) {
    switch (source) {
      case Source::block:
        return block_.data() + features.front() * block_stride_;
      case Source::columns:
        return data_.columns() + features.front() * data_.size();
      default:
        return gathered_.column(data_.packed_samples(), features);
    }
  }

  /// An odd number of cache lines: with a power of two the columns of neighbouring features would share few places in
  /// the cache.
  static constexpr Index stride_of(Index samples) noexcept {
    constexpr Index line = 64;
    return ((samples + line - 1) / line | 1) * line;
  }

  void copy_to_block(std::span<Sample> samples) {
    const auto count = static_cast<Index>(samples.size());
    block_stride_ = stride_of(count);
    if (const Index bytes = block_stride_ * data_.num_features(); block_.size() < bytes) {
      block_ = {};  // before there is another
      block_ = LargeBytes(std::max(bytes, stride_of(std::min(block_samples_, data_.size())) * data_.num_features()));
    }
    const auto row_of = [&](Index i) { return static_cast<Index>(samples[static_cast<std::size_t>(i)].row); };
    data_.copy_columns(count, row_of, block_.data(), block_stride_);
    for (std::uint32_t i = 0; i < samples.size(); ++i) samples[i].row = i;
  }

  /// Moves the samples that go left to the front, each side in its old order. Result: how many go left.
  std::uint32_t partition(std::span<Sample> samples, const std::uint8_t* column, std::uint8_t threshold) {
    if (spare_.size() < samples.size()) spare_.resize(samples.size());
    std::size_t left = 0;
    std::size_t right = 0;
    for (const Sample s : samples) {
      const bool goes_right = column[s.row] > threshold;
      samples[left] = s;
      spare_[right] = s;
      left += goes_right ? 0 : 1;
      right += goes_right ? 1 : 0;
    }
    std::copy_n(spare_.begin(), right, samples.begin() + static_cast<std::ptrdiff_t>(left));
    return static_cast<std::uint32_t>(left);
  }

  /// Which splits stay: all, or those that growing the tree best first (largest gain next) makes up to max_leaves.
  std::vector<char> best_splits() const {
    std::vector<char> kept(grown_.size(), 0);
    if (max_leaves_ == 0) {
      for (std::size_t i = 0; i < grown_.size(); ++i) kept[i] = grown_[i].child != 0 ? 1 : 0;
      return kept;
    }
    const auto later = [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(grown_[a].gain, b) < std::pair(grown_[b].gain, a);
    };
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, decltype(later)> open(later);
    const auto offer = [&](std::uint32_t node) {
      if (grown_[node].child != 0) open.push(node);
    };
    offer(0);
    for (Index leaves = 1; leaves < max_leaves_ && !open.empty(); ++leaves) {
      const std::uint32_t node = open.top();
      open.pop();
      kept[node] = 1;
      offer(grown_[node].child);
      offer(grown_[node].child + 1);
    }
    return kept;
  }

  /// The tree without the splits that are not kept, depth first.
  Tree write(const std::vector<char>& kept) {
    struct Place {
      std::uint32_t from;  // in grown_
      std::uint32_t to;    // in tree.nodes
    };
    Tree tree;
    tree.nodes.assign(1, {});
    tree.importance.assign(static_cast<std::size_t>(data_.num_features()), 0);
    std::vector<Place> places{{0, 0}};
    while (!places.empty()) {
      const Place place = places.back();
      places.pop_back();
      const Grown& node = grown_[place.from];
      if (kept[place.from] == 0) {
        tree.nodes[place.to] = leaf(node, tree.leaf_table);
        continue;
      }
      const auto child = static_cast<std::uint32_t>(tree.nodes.size());
      tree.nodes[place.to] = {child, node.feature, node.threshold};
      tree.importance[node.feature] += node.gain;
      tree.nodes.resize(tree.nodes.size() + 2);
      places.push_back({node.child + 1, child + 1});
      places.push_back({node.child, child});
    }
    const double sum = std::accumulate(tree.importance.begin(), tree.importance.end(), 0.0);
    for (double& value : tree.importance) value /= sum > 0 ? sum : 1;
    return tree;
  }

  /// The leaf for the samples of `node`; appends its record when it has several classes.
  Node leaf(const Grown& node, std::vector<std::uint16_t>& table) {
    const auto samples = std::span(samples_).subspan(node.first, node.last - node.first);
    counts_.resize(static_cast<std::size_t>(data_.num_classes()), 0);
    labels_.clear();
    for (const Sample& s : samples) {
      if (counts_[s.label] == 0) labels_.push_back(s.label);
      counts_[s.label] += s.weight;
    }
    Node result;
    if (labels_.size() == 1) {
      result.child = labels_.front();
    } else {
      std::sort(labels_.begin(), labels_.end());
      result.child = static_cast<std::uint32_t>(table.size());
      result.threshold = 1;
      std::uint32_t highest = 0;
      for (const std::uint16_t label : labels_) highest = std::max(highest, counts_[label]);
      table.push_back(static_cast<std::uint16_t>(labels_.size()));
      for (const std::uint16_t label : labels_) {
        table.push_back(label);
        table.push_back(sixteen_bits(counts_[label], highest));
      }
    }
    for (const std::uint16_t label : labels_) counts_[label] = 0;
    return result;
  }

  /// Counts as they are while the highest fits; else all of the leaf in proportion, at least 1.
  static std::uint16_t sixteen_bits(std::uint32_t count, std::uint32_t highest) noexcept {
    constexpr std::uint64_t limit = std::numeric_limits<std::uint16_t>::max();
    if (highest <= limit) return static_cast<std::uint16_t>(count);
    return static_cast<std::uint16_t>(std::max<std::uint64_t>(1, count * limit / highest));
  }

  const TrainingData& data_;
  ClassWeights class_weights_;
  Index block_samples_;
  std::size_t max_features_;
  Index max_depth_;
  Index max_leaves_;
  bool bootstrap_;
  bool random_thresholds_;
  std::int64_t min_weight_;  // of either side of a split
  SplitFinder finder_;
  std::vector<Sample> samples_;
  std::vector<Sample> spare_;
  std::vector<Grown> grown_;
  std::vector<std::uint16_t> features_;  // a permutation of the varying features
  LargeBytes block_;                     // block_stride_ x features, or more
  Index block_stride_ = 0;
  GatheredColumns gathered_;           // of a large node
  std::vector<std::uint32_t> counts_;  // classes; zero between calls
  std::vector<std::uint16_t> labels_;
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
