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
/// other's: growing is faster for holding all features twice.
class TrainingData {
 public:
  static constexpr Index max_samples = Index{1} << 24;

  /// Throws ValueError when there are no samples, or more samples, classes or features than node and key can hold.
  TrainingData(Dataset dataset, int threads) : dataset_(std::move(dataset)) {
    check();
    constexpr Index block = 512;  // samples a task
    const Index features = num_features();
    columns_.resize(size(), features);
    parallel_for((size() + block - 1) / block, threads, [&](Index b, int) {
      const Index first = b * block;
      const auto bytes = [&](Index i) { return dataset_.image(first + i).data(); };
      transpose_samples(std::min(block, size() - first), features, bytes, columns_.data() + first, size());
    });
    std::vector<std::uint8_t> lowest(static_cast<std::size_t>(features));
    highest_.resize(static_cast<std::size_t>(features));
    parallel_for(features, threads, [&](Index f, int) {
      lowest[static_cast<std::size_t>(f)] = columns_.col(f).minCoeff();
      highest_[static_cast<std::size_t>(f)] = columns_.col(f).maxCoeff();
    });
    for (Index f = 0; f < features; ++f) {
      if (lowest[static_cast<std::size_t>(f)] != highest_[static_cast<std::size_t>(f)]) {
        varying_.push_back(static_cast<std::uint16_t>(f));
      }
    }
  }

  Index size() const noexcept { return dataset_.size(); }
  Index num_features() const noexcept { return dataset_.image_shape().size(); }
  Index num_classes() const noexcept { return dataset_.num_classes(); }
  Label label(Index i) const noexcept { return dataset_.label(i); }
  const std::uint8_t* sample(Index i) const noexcept { return dataset_.image(i).data(); }
  const Pixels& columns() const noexcept { return columns_; }  // samples x features
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
  Pixels columns_;                     // samples x features
  std::vector<std::uint8_t> highest_;  // of each feature
  std::vector<std::uint16_t> varying_;
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
