#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// One training sample of a tree.
struct Sample {
  std::uint32_t row;     // where its bytes stand in a column
  std::uint16_t label;   //
  std::uint16_t weight;  // how often the bootstrap drew it, times the weight of its class
};

struct NodeSplit {
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
      : padded_((classes + Index{lanes} - 1) / Index{lanes} * Index{lanes}),
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
  /// split would leave a side too small. `next`, if there is one, is the column of the next call: it is brought to the
  /// cache in the meantime. `highest`: no byte of the column is above it.
  NodeSplit best(const std::uint8_t* column, std::uint16_t feature, const std::uint8_t* next = nullptr,
                 std::uint8_t highest = std::numeric_limits<std::uint8_t>::max()) {
    NodeSplit split;
    split.feature = feature;
    const std::span<const Inked> inked = collect(column, next);
    if (inked.empty()) return split;
    const Index counts = (Index{highest} + 1) * padded_;
    if (static_cast<Index>(inked.size()) * counts_per_sample >= counts) {
      move_by_histogram(inked, highest);
    } else {
      move_in_order(sorted(inked));
    }
    choose(split);
    return split;
  }

  /// One threshold, drawn so that each side gets a sample (Geurts, Ernst and Wehenkel 2006, "Extremely randomized
  /// trees"). Draws a number only when the feature is not constant in the node.
  NodeSplit random(const std::uint8_t* column, std::uint16_t feature, Rng& rng) {
    NodeSplit split;
    split.feature = feature;
    std::uint8_t lowest = std::numeric_limits<std::uint8_t>::max();
    std::uint8_t highest = 0;
    for (const Sample& s : samples_) {
      lowest = std::min(lowest, column[s.row]);
      highest = std::max(highest, column[s.row]);
    }
    if (lowest >= highest) return split;
    split.threshold = static_cast<std::uint8_t>(lowest + rng.below(highest - lowest));
    std::int64_t right_weight = 0;
    for (const Sample& s : samples_) {
      const std::uint32_t weight = column[s.row] > split.threshold ? s.weight : 0;
      right_[s.label] += weight;
      right_weight += weight;
    }
    std::int64_t left_squares = 0;
    std::int64_t right_squares = 0;
    for (const std::uint16_t label : labels_) {
      const std::int64_t right = right_[label];
      const std::int64_t left = total_[label] - right;
      left_squares += left * left;
      right_squares += right * right;
      right_[label] = 0;
    }
    const std::int64_t left_weight = weight_ - right_weight;
    if (std::min(left_weight, right_weight) < min_leaf_) return split;
    split.score = static_cast<double>(left_squares) / static_cast<double>(left_weight) +
                  static_cast<double>(right_squares) / static_cast<double>(right_weight);
    return split;
  }

 private:
  static constexpr std::size_t bytes = 256;
  static constexpr std::size_t lanes = 16;       // classes and steps are padded to whole registers
  static constexpr std::size_t rank_lanes = 32;  // as many ranks are counted at once
  static constexpr std::size_t rank_limit = 2 * rank_lanes;
  static constexpr Index counts_per_sample = 4;  // of a histogram that takes as long as sorting a sample

  /// A sample whose byte is not 0.
  struct Inked {
    std::uint32_t byte;
    std::uint16_t label;
    std::uint16_t weight;
  };

  /// What has moved when all samples with some byte have. The sum of squares on the left follows from
  /// (total - right)^2 = total^2 - 2 total right + right^2.
  struct Moved {
    std::int64_t weight = 0;
    std::int64_t products = 0;  // sum of total * right over the classes
    std::int64_t squares = 0;   // sum of right^2
  };

  /// The sides after each byte, in arrays that one loop turns into scores without a branch.
  struct Steps {
    static constexpr std::size_t room = bytes + 8;                   // behind the last one a register
    std::array<std::int64_t, room> weight{}, products{}, squares{};  // of Moved
    std::array<std::uint16_t, room> threshold_sum{};                 // the neighbours of the gap
    std::size_t count = 0;

    void write(std::size_t k, const Moved& moved, std::uint32_t sum) noexcept {
      weight[k] = moved.weight;
      products[k] = moved.products;
      squares[k] = moved.squares;
      threshold_sum[k] = static_cast<std::uint16_t>(sum);
    }
  };

  /// A register, or as many as the processor needs.
  using Integers [[gnu::vector_size(64)]] = std::int64_t;
  using Doubles [[gnu::vector_size(64)]] = double;
  static constexpr std::size_t step_lanes = sizeof(Doubles) / sizeof(double);

  /// The samples whose byte is not 0, in their order, with room for whole registers behind them.
  std::span<const Inked> collect(const std::uint8_t* column, const std::uint8_t* next) {
    const std::size_t room = samples_.size() + rank_lanes;
    if (inked_.size() < room) {
      inked_.resize(room);
      sorted_.resize(room);
    }
    Inked* inked = inked_.data();
    const auto add = [&](const Sample& s) {
      const std::uint8_t byte = column[s.row];
      *inked = {byte, s.label, s.weight};
      inked += byte != 0 ? 1 : 0;
    };
    if (next == nullptr) {
      for (const Sample& s : samples_) add(s);
    } else {
      for (const Sample& s : samples_) {
        __builtin_prefetch(next + s.row);
        add(s);
      }
    }
    return {inked_.data(), inked};
  }

  /// In descending order of their bytes.
  std::span<const Inked> sorted(std::span<const Inked> inked) noexcept {
    if (inked.size() <= rank_limit) {
      sort_by_rank(inked);
    } else {
      sort_by_counting(inked);
    }
    return std::span(sorted_).first(inked.size());
  }

  /// The place of a sample is how many are to stand before it. Quadratic, but without a branch, and a register at a
  /// time.
  void sort_by_rank(std::span<const Inked> inked) noexcept {
    std::array<std::uint16_t, rank_limit> keys{};  // byte, then position, so that no two are the same
    for (std::size_t i = 0; i < inked.size(); ++i) keys[i] = static_cast<std::uint16_t>(inked[i].byte << 8U | i);
    for (std::size_t first = 0; first < inked.size(); first += rank_lanes) {
      std::array<std::uint16_t, rank_lanes> rank{};
      for (std::size_t k = 0; k < inked.size(); ++k) {
        const std::uint16_t key = keys[k];
        for (std::size_t l = 0; l < rank_lanes; ++l)
          rank[l] = static_cast<std::uint16_t>(rank[l] + (keys[first + l] < key ? 1 : 0));
      }
      const std::size_t count = std::min(rank_lanes, inked.size() - first);
      for (std::size_t l = 0; l < count; ++l) sorted_[rank[l]] = inked[first + l];
    }
  }

  void sort_by_counting(std::span<const Inked> inked) noexcept {
    std::array<std::uint32_t, bytes> place{};
    for (const Inked& s : inked) ++place[s.byte];
    std::uint32_t before = 0;
    for (std::size_t byte = bytes; byte-- > 0;) before += std::exchange(place[byte], before);
    for (const Inked& s : inked) sorted_[place[s.byte]++] = s;
  }

  /// Steps of few samples: time and memory do not depend on the number of classes.
  void move_in_order(std::span<const Inked> inked) noexcept {
    // Behind the last one: the blank samples, or none, as if its byte went on.
    sorted_[inked.size()].byte = inked.size() < samples_.size() ? 0 : inked.back().byte;
    Moved moved;
    std::size_t count = 0;
    for (std::size_t i = 0; i < inked.size(); ++i) {
      const Inked s = sorted_[i];
      const std::int64_t weight = s.weight;
      const std::int64_t right = right_[s.label];
      moved.weight += weight;
      moved.products += weight * total_[s.label];
      moved.squares += weight * (2 * right + weight);
      right_[s.label] = static_cast<std::uint32_t>(right + weight);
      const std::uint32_t next = sorted_[i + 1].byte;
      steps_.write(count, moved, s.byte + next);  // stays only when it is counted
      count += s.byte != next ? 1 : 0;
    }
    steps_.count = count;
    if (static_cast<Index>(inked.size()) < padded_) {
      for (const Inked& s : inked) right_[s.label] = 0;
    } else {
      std::fill(right_.begin(), right_.end(), 0);
    }
  }

  /// Steps of many samples: class counts for each byte.
  void move_by_histogram(std::span<const Inked> inked, std::uint8_t highest) {
    const auto classes = static_cast<std::size_t>(padded_);
    histogram_.assign((std::size_t{highest} + 1) * classes, 0);
    for (const Inked& s : inked) histogram_[s.byte * classes + s.label] += s.weight;
    Moved moved;
    std::size_t count = 0;
    std::uint32_t last_byte = 0;
    for (std::size_t byte = std::size_t{highest} + 1; byte-- > 0;) {
      const std::uint32_t* counts = histogram_.data() + byte * classes;
      std::uint32_t weight = 0;
      std::uint64_t products = 0;
      std::uint64_t squares = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        const std::uint32_t moving = counts[c];
        const std::uint32_t right = right_[c];
        weight += moving;
        products += std::uint64_t{moving} * total_[c];
        squares += std::uint64_t{moving} * (2 * right + moving);
        right_[c] = right + moving;
      }
      const bool blank = byte == 0 && inked.size() < samples_.size();
      if (weight == 0 && !blank) continue;
      steps_.write(count, moved, static_cast<std::uint32_t>(byte) + last_byte);
      count += last_byte != 0 ? 1 : 0;
      last_byte = static_cast<std::uint32_t>(byte);
      moved.weight += weight;
      moved.products += static_cast<std::int64_t>(products);
      moved.squares += static_cast<std::int64_t>(squares);
    }
    steps_.count = count;
    std::fill(right_.begin(), right_.end(), 0);
  }

  /// The step of the highest score, the first of equals.
  void choose(NodeSplit& split) noexcept {
    constexpr double least = -std::numeric_limits<double>::infinity();
    const std::size_t count = steps_.count;
    std::fill_n(steps_.weight.data() + count, step_lanes, 0);  // no steps: a side is too small
    Doubles highest = Doubles{} + least;
    for (std::size_t k = 0; k < count; k += step_lanes) {
      Integers right_weight, products, right_squares;
      std::memcpy(&right_weight, steps_.weight.data() + k, sizeof right_weight);
      std::memcpy(&products, steps_.products.data() + k, sizeof products);
      std::memcpy(&right_squares, steps_.squares.data() + k, sizeof right_squares);
      const Integers left_weight = weight_ - right_weight;
      const Integers left_squares = squares_ - 2 * products + right_squares;
      const Doubles scores =
          __builtin_convertvector(left_squares, Doubles) / __builtin_convertvector(left_weight, Doubles) +
          __builtin_convertvector(right_squares, Doubles) / __builtin_convertvector(right_weight, Doubles);
      const Doubles left_allowed = left_weight < min_leaf_ ? Doubles{} + least : scores;
      const Doubles allowed = right_weight < min_leaf_ ? Doubles{} + least : left_allowed;
      std::memcpy(scores_.data() + k, &allowed, sizeof allowed);
      highest = allowed > highest ? allowed : highest;
    }
    for (std::size_t l = 0; l < step_lanes; ++l) split.score = std::max(split.score, highest[l]);
    if (split.score == least) return;
    const auto step = std::find(scores_.begin(), scores_.end(), split.score) - scores_.begin();
    split.threshold = static_cast<std::uint8_t>(steps_.threshold_sum[static_cast<std::size_t>(step)] / 2);
  }

  Index padded_;  // classes, to a whole number of lanes
  std::int64_t min_leaf_;
  std::span<const Sample> samples_;
  std::int64_t weight_ = 0;
  std::vector<std::uint16_t> labels_;  // the classes in the node
  std::int64_t squares_ = 0;           // sum of squared class counts
  std::vector<std::uint32_t> total_;   // padded_; counts in the node, zero for classes that are not in it
  std::vector<std::uint32_t> right_;   // padded_; counts of the samples that moved; zero between calls
  std::vector<Inked> inked_;
  std::vector<Inked> sorted_;
  Steps steps_;
  std::array<double, Steps::room> scores_{};
  std::vector<std::uint32_t> histogram_;  // padded_ x bytes that there may be
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
