#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/detail/byte_transpose.hpp>
#include <inkling/forest/node.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// The data as the growing of trees reads it, made once and shared by all trees: sample by sample (the Dataset itself)
/// for small nodes, and feature by feature for large ones. Either alone would read a cache line for each byte of the
/// other's: growing is faster for holding all features twice. Large data is held by samples alone all the same, and
/// large nodes gather what they need (see GatheredColumns).
class TrainingData {
 public:
  static constexpr Index max_samples = Index{1} << 24;
  /// Features of more bytes are not held twice. Images of 784 bytes have gradients of 1,440: up to here both orders
  /// take less than 1.2 times the images and 500 MB, as one of them does for the 697,932 images of EMNIST.
  static constexpr Index most_held_twice = 300'000'000;

  /// Throws ValueError when there are no samples, or more samples, classes or features than node and key can hold.
  TrainingData(Dataset dataset, int threads, Index held_twice = most_held_twice) : dataset_(std::move(dataset)) {
    check();
    constexpr Index block = 512;  // samples a task
    const Index features = num_features();
    const bool by_features = size() * features <= held_twice;
    if (by_features) columns_.resize(size(), features);
    Pixels lowest = Pixels::Constant(features, thread_count(threads), 255);  // features x workers
    Pixels highest = Pixels::Zero(features, thread_count(threads));
    parallel_for((size() + block - 1) / block, threads, [&](Index b, int worker) {
      const Index first = b * block;
      const Index count = std::min(block, size() - first);
      const auto bytes = [&](Index i) { return sample(first + i); };
      if (by_features) transpose_samples(count, features, bytes, columns_.data() + first, size());
      for (Index i = 0; i < count; ++i) {
        const Eigen::Map<const Pixels> values(bytes(i), features, 1);
        lowest.col(worker) = lowest.col(worker).cwiseMin(values);
        highest.col(worker) = highest.col(worker).cwiseMax(values);
      }
    });
    highest_.resize(static_cast<std::size_t>(features));
    for (Index f = 0; f < features; ++f) {
      highest_[static_cast<std::size_t>(f)] = highest.row(f).maxCoeff();
      if (lowest.row(f).minCoeff() != highest.row(f).maxCoeff()) varying_.push_back(static_cast<std::uint16_t>(f));
    }
  }

  Index size() const noexcept { return dataset_.size(); }
  Index num_features() const noexcept { return dataset_.image_shape().size(); }
  Index num_classes() const noexcept { return dataset_.num_classes(); }
  Label label(Index i) const noexcept { return dataset_.label(i); }
  const std::uint8_t* sample(Index i) const noexcept { return dataset_.image(i).data(); }
  /// Whether the features are held by features, too.
  bool holds_columns() const noexcept { return columns_.size() > 0; }
  const Pixels& columns() const noexcept { return columns_; }  // samples x features, or empty
  /// The bytes of the features in memory, in whichever order.
  Index held_bytes() const noexcept { return size() * num_features() + columns_.size(); }
  /// Gives back the memory of the columns, which only growing reads.
  void release_columns() { columns_.resize(0, 0); }
  /// The features that are not the same in all samples, ascending.
  const std::vector<std::uint16_t>& varying_features() const noexcept { return varying_; }
  /// The highest byte of a feature.
  std::uint8_t highest(std::uint16_t feature) const noexcept { return highest_[feature]; }

 private:
  void check() const {
    require<ValueError>(size() > 0, "RandomForest: there are no samples to learn from");
    const auto refuse = [](const char* what, Index limit, Index got) {
      if (got > limit) {
        throw ValueError("RandomForest: at most " + std::to_string(limit) + " " + what + ", got " +
                         std::to_string(got));
      }
    };
    refuse("samples", max_samples, size());
    refuse("classes", Node::max_classes, num_classes());
    refuse("features", Node::max_features, num_features());
  }

  Dataset dataset_;
  Pixels columns_;                     // samples x features, or empty
  std::vector<std::uint8_t> highest_;  // of each feature
  std::vector<std::uint16_t> varying_;
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
