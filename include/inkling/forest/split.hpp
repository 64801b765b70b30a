#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace inkling::forest {

/// One training sample of a tree.
struct Sample {
  std::uint32_t row;     // where its bytes stand in a column
  std::uint16_t label;   //
  std::uint16_t weight;  // how often the bootstrap drew it, times the weight of its class
};

struct Split {
  /// sum_c left_c^2 / left + sum_c right_c^2 / right over the class counts: the larger, the purer. The Gini impurity of
  /// the two sides together is 1 - score / (left + right).
  double score = -std::numeric_limits<double>::infinity();
  std::uint16_t feature = 0;
  std::uint8_t threshold = 0;  // bytes <= threshold go left

  bool valid() const noexcept { return score > 0; }
};

/// Finds the best split of a node on one feature, exactly: every threshold between two neighbouring bytes is tried.
///
/// All sums are of whole numbers, below 2^63 when the weights of all samples add up to less than 2^31, so that neither
/// the order of the samples nor the algorithm changes a score. Thresholds are halfway between the neighbours; on equal
/// scores the highest threshold wins.
///
/// Samples are moved from the left side to the right in descending order of their bytes. Those with byte 0, the paper
/// around the ink, never have to move, nor to be sorted.
class SplitFinder {
 public:
  /// A side whose samples weigh less than `min_leaf` is too small.
  SplitFinder(Index classes, std::int64_t min_leaf)
      : padded_((classes + lanes - 1) / lanes * lanes),
        min_leaf_(min_leaf),
        total_(static_cast<std::size_t>(padded_), 0),
        right_(static_cast<std::size_t>(padded_), 0) {}

  /// Selects the node that the next calls of `best` are about; they read `samples` again. Result: whether all samples
  /// have one class.
  bool start_node(std::span<const Sample> samples) {
    for (const std::uint16_t label : labels_) total_[label] = 0;  // of the last node
    labels_.clear();
    samples_ = samples;
    weight_ = 0;
    for (const Sample& s : samples) {
      if (total_[s.label] == 0) labels_.push_back(s.label);
      total_[s.label] += s.weight;
      weight_ += s.weight;
    }
    squares_ = 0;
    for (const std::uint16_t label : labels_) squares_ += std::int64_t{total_[label]} * total_[label];
    return labels_.size() <= 1;
  }

  /// The weight of the samples in the node.
  std::int64_t weight() const noexcept { return weight_; }
  /// The score of not splitting: never above that of a split.
  double unsplit_score() const noexcept { return static_cast<double>(squares_) / static_cast<double>(weight_); }

  /// `column` holds the feature's bytes, by Sample::row. Not valid() when the feature is constant in the node or every
  /// split would leave a side too small.
  Split best(const std::uint8_t* column, std::uint16_t feature) {
    Split split;
    split.feature = feature;
    const auto count = static_cast<std::int64_t>(samples_.size());
    if (count >= histogram_samples && count >= padded_ * histogram_samples_per_class) {
      best_by_histogram(column, split);
    } else {
      best_by_sorting(column, split);
    }
    return split;
  }

  /// One threshold, drawn so that each side gets a sample (Geurts, Ernst and Wehenkel 2006, "Extremely randomized
  /// trees"). Draws a number only when the feature is not constant in the node.
  Split random(const std::uint8_t* column, std::uint16_t feature, Rng& rng) {
    Split split;
    split.feature = feature;
    std::uint8_t lowest = std::numeric_limits<std::uint8_t>::max();
    std::uint8_t highest = 0;
    for (const Sample& s : samples_) {
      lowest = std::min(lowest, column[s.row]);
      highest = std::max(highest, column[s.row]);
    }
    if (lowest >= highest) return split;
    split.threshold = static_cast<std::uint8_t>(lowest + rng.below(highest - lowest));
    Sides sides;
    for (const Sample& s : samples_) {
      const std::uint32_t weight = column[s.row] > split.threshold ? s.weight : 0;
      right_[s.label] += weight;
      sides.right_weight += weight;
    }
    for (const std::uint16_t label : labels_) {
      const std::int64_t right = right_[label];
      const std::int64_t left = total_[label] - right;
      sides.left_squares += left * left;
      sides.right_squares += right * right;
      right_[label] = 0;
    }
    split.score = score(sides);
    return split;
  }

 private:
  static constexpr std::size_t bytes = 256;
  static constexpr Index lanes = 8;  // classes are padded to whole registers
  static constexpr std::size_t insertion_limit = 20;
  static constexpr std::uint32_t end_of_chain = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::int64_t histogram_samples = 1024;
  static constexpr std::int64_t histogram_samples_per_class = 32;

  /// The two sides while samples move from left to right.
  struct Sides {
    std::int64_t right_weight = 0;
    std::int64_t left_squares = 0;  // sum of squared class counts
    std::int64_t right_squares = 0;
    int last_byte = -1;  // of the samples that moved last
  };

  void move(const Sample& s, Sides& sides) noexcept {
    const std::int64_t weight = s.weight;
    const std::int64_t right = right_[s.label];
    const std::int64_t left = total_[s.label] - right;
    sides.left_squares -= weight * (2 * left - weight);
    sides.right_squares += weight * (2 * right + weight);
    sides.right_weight += weight;
    right_[s.label] += s.weight;
  }

  /// Considers the split between `byte`, the highest on the left, and sides.last_byte, the lowest on the right.
  void consider(int byte, const Sides& sides, Split& split) const noexcept {
    const double reached = score(sides);
    if (reached > split.score) {
      split.score = reached;
      split.threshold = static_cast<std::uint8_t>((byte + sides.last_byte) / 2);
    }
  }

  /// Split::score of these sides; minus infinity when one is too small.
  double score(const Sides& sides) const noexcept {
    const std::int64_t left_weight = weight_ - sides.right_weight;
    if (std::min(left_weight, sides.right_weight) < min_leaf_) return -std::numeric_limits<double>::infinity();
    return static_cast<double>(sides.left_squares) / static_cast<double>(left_weight) +
           static_cast<double>(sides.right_squares) / static_cast<double>(sides.right_weight);
  }

  /// For nodes of few samples: time and memory do not depend on the number of classes.
  void best_by_sorting(const std::uint8_t* column, Split& split) {
    if (keys_.size() < samples_.size()) {
      keys_.resize(samples_.size());
      next_.resize(samples_.size());
    }
    std::size_t inked = 0;  // keys: byte, then position among the samples
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const std::uint32_t byte = column[samples_[i].row];
      keys_[inked] = byte << 24U | static_cast<std::uint32_t>(i);
      inked += byte != 0 ? 1 : 0;
    }
    if (inked == 0) return;
    const auto keys = std::span(keys_).first(inked);
    Sides sides{.left_squares = squares_};
    if (inked <= insertion_limit) {
      sort_descending(keys);
      for (const std::uint32_t key : keys) {
        const int byte = static_cast<int>(key >> 24U);
        if (byte != sides.last_byte && sides.last_byte >= 0) consider(byte, sides, split);
        sides.last_byte = byte;
        move(samples_[key & 0xFFFFFFU], sides);
      }
    } else {
      chain(keys);
      for_each_present_descending([&](int byte) {
        if (sides.last_byte >= 0) consider(byte, sides, split);
        sides.last_byte = byte;
        for (std::uint32_t i = heads_[static_cast<std::size_t>(byte)]; i != end_of_chain; i = next_[i]) {
          move(samples_[i], sides);
        }
      });
    }
    if (inked < samples_.size()) consider(0, sides, split);
    for (const std::uint32_t key : keys) right_[samples_[key & 0xFFFFFFU].label] = 0;
  }

  static void sort_descending(std::span<std::uint32_t> keys) noexcept {
    for (std::size_t i = 1; i < keys.size(); ++i) {
      const std::uint32_t key = keys[i];
      std::size_t k = i;
      for (; k > 0 && keys[k - 1] < key; --k) keys[k] = keys[k - 1];
      keys[k] = key;
    }
  }

  /// A bucket sort in linked lists: heads_[byte] begins the list of the samples with that byte, present_ marks it.
  void chain(std::span<const std::uint32_t> keys) noexcept {
    for (const std::uint32_t key : keys) heads_[key >> 24U] = end_of_chain;
    for (const std::uint32_t key : keys) {
      const std::uint32_t byte = key >> 24U;
      const std::uint32_t i = key & 0xFFFFFFU;
      next_[i] = heads_[byte];
      heads_[byte] = i;
      present_[byte] = 1;
    }
  }

  /// Visits the marked bytes and unmarks them.
  template <typename Visit>
  void for_each_present_descending(Visit&& visit) {
    constexpr int word = 8;
    for (int first = static_cast<int>(bytes) - word; first >= 0; first -= word) {
      std::uint8_t* marks = present_.data() + first;
      if (std::none_of(marks, marks + word, [](std::uint8_t mark) { return mark != 0; })) continue;
      for (int k = word - 1; k >= 0; --k) {
        if (marks[k] == 0) continue;
        marks[k] = 0;
        visit(first + k);
      }
    }
  }

  /// For nodes of many samples: class counts for each of the 256 bytes.
  void best_by_histogram(const std::uint8_t* column, Split& split) {
    const auto classes = static_cast<std::size_t>(padded_);
    histogram_.assign(bytes * classes, 0);
    for (const Sample& s : samples_) histogram_[column[s.row] * classes + s.label] += s.weight;

    Sides sides{.left_squares = squares_};
    for (std::size_t byte = bytes; byte-- > 0;) {
      const std::uint32_t* counts = histogram_.data() + byte * classes;
      std::uint32_t weight = 0;
      for (std::size_t c = 0; c < classes; ++c) weight += counts[c];
      if (weight == 0) continue;
      if (sides.last_byte >= 0) consider(static_cast<int>(byte), sides, split);
      sides.last_byte = static_cast<int>(byte);
      std::int64_t left = 0;
      std::int64_t right = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        const std::int64_t count = counts[c];
        const std::int64_t moved = right_[c];
        left += count * (2 * (total_[c] - moved) - count);
        right += count * (2 * moved + count);
        right_[c] += counts[c];
      }
      sides.left_squares -= left;
      sides.right_squares += right;
      sides.right_weight += weight;
    }
    std::fill(right_.begin(), right_.end(), 0);
  }

  Index padded_;  // classes, to a whole number of lanes
  std::int64_t min_leaf_;
  std::span<const Sample> samples_;
  std::int64_t weight_ = 0;
  std::vector<std::uint16_t> labels_;  // the classes in the node
  std::int64_t squares_ = 0;           // sum of squared class counts
  std::vector<std::uint32_t> total_;   // padded_; counts in the node, zero for classes that are not in it
  std::vector<std::uint32_t> right_;   // padded_; counts of the samples that moved; zero between calls
  std::vector<std::uint32_t> keys_;
  std::vector<std::uint32_t> next_;
  std::array<std::uint32_t, bytes> heads_{};
  std::array<std::uint8_t, bytes> present_{};  // zero between calls
  std::vector<std::uint32_t> histogram_;       // padded_ x 256
};

}  // namespace inkling::forest
