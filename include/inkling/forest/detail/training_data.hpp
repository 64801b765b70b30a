#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/detail/byte_transpose.hpp>
#include <inkling/forest/detail/large_bytes.hpp>
#include <inkling/forest/detail/packed_samples.hpp>
#include <inkling/forest/node.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// The data as the growing of trees reads it, made once and shared by all trees: sample by sample for small nodes, and
/// feature by feature for large ones. Either alone would read a cache line for each byte of the other's: growing is
/// faster for holding all features twice. Large data is held once all the same, packed, sample by sample, and large
/// nodes gather what they need (see GatheredColumns).
class TrainingData {
 public:
  static constexpr Index max_samples = Index{1} << 24;
  /// Features of more bytes are packed. Images of 784 bytes have gradients of 1,440: up to here both orders take less
  /// than 1.2 times the images and 500 MB, as the packed ones do for the 697,932 images of EMNIST, trees and all.
  static constexpr Index most_held_twice = 300'000'000;

  /// hog: the features are these gradients of the images, whose work ranks with the same images share; else their
  /// bytes. Throws ValueError when there are no samples, or more samples, classes or features than node and key can
  /// hold.
  TrainingData(Dataset images, const std::optional<Hog>& hog, int threads, Index held_twice = most_held_twice,
               Collective* ranks = nullptr)
      : num_features_(hog ? hog->size() : images.image_shape().size()),
        num_classes_(images.num_classes()),
        labels_(images.labels()),
        packed_(num_features_) {
    check();
    if (size() * num_features_ > held_twice) {
      pack(std::move(images), hog, threads, ranks);
    } else {
      fill(std::move(images), hog, threads, ranks);
      transpose(threads);
    }
  }

  Index size() const noexcept { return std::ssize(labels_); }
  Index num_features() const noexcept { return num_features_; }
  Index num_classes() const noexcept { return num_classes_; }
  Label label(Index i) const noexcept { return labels_[static_cast<std::size_t>(i)]; }
  /// Whether the features are held twice, in either order; else they are packed.
  bool holds_columns() const noexcept { return columns_.size() > 0; }
  const std::uint8_t* columns() const noexcept { return columns_.data(); }  // samples x features, or none
  const PackedSamples& packed_samples() const noexcept { return packed_; }  // or none
  /// The bytes of the features in memory, in whichever form.
  Index held_bytes() const noexcept { return samples_.size() + columns_.size() + packed_.held_bytes(); }
  /// Gives back the memory of the columns, which only growing reads.
  void release_columns() { columns_ = {}; }
  /// The features that are not the same in all samples, ascending.
  const std::vector<std::uint16_t>& varying_features() const noexcept { return varying_; }
  /// The highest byte of a feature.
  std::uint8_t highest(std::uint16_t feature) const noexcept { return highest_[feature]; }

  /// The bytes of sample i. unpacked: where they are written when they are packed, as far as it is needed.
  const std::uint8_t* sample(Index i, std::uint8_t* unpacked) const noexcept {
    if (packed_.size() == 0) return samples_.data() + i * num_features_;
    packed_.unpack(i, unpacked);
    return unpacked;
  }

  /// Writes samples as columns of features: value f of sample row_of(i) goes to target[f * stride + i].
  template <typename RowOf>
  void copy_columns(Index count, RowOf&& row_of, std::uint8_t* target, Index stride) const {
    if (packed_.size() == 0) {
      const auto bytes = [&](Index i) { return samples_.data() + row_of(i) * num_features_; };
      transpose_samples(count, num_features_, bytes, target, stride);
      return;
    }
    Pixels tile(num_features_, std::min(count, transposed_side));
    for (Index first = 0; first < count; first += tile.cols()) {
      const Index size = std::min(tile.cols(), count - first);
      for (Index i = 0; i < size; ++i) {
        packed_.prefetch(row_of(std::min(first + i + 1, count - 1)));
        packed_.unpack(row_of(first + i), tile.col(i).data());
      }
      const auto bytes = [&](Index i) { return tile.col(i).data(); };
      transpose_samples(size, num_features_, bytes, target + first, stride);
    }
  }

 private:
  /// The lowest and the highest byte of each feature.
  struct Extremes {
    VectorOf<std::uint8_t> lowest, highest;

    explicit Extremes(Index features)
        : lowest(VectorOf<std::uint8_t>::Constant(features, 255)), highest(VectorOf<std::uint8_t>::Zero(features)) {}

    /// bytes: of a sample.
    void add(const std::uint8_t* bytes) {
      const Eigen::Map<const VectorOf<std::uint8_t>> sample(bytes, lowest.size());
      lowest = lowest.cwiseMin(sample);
      highest = highest.cwiseMax(sample);
    }
    void add(const Extremes& other) {
      lowest = lowest.cwiseMin(other.lowest);
      highest = highest.cwiseMax(other.highest);
    }
  };

  /// The images go as their features come.
  void pack(Dataset images, const std::optional<Hog>& hog, int threads, Collective* ranks) {
    Extremes extremes(num_features_);
    while (images.size() > 0) {
      const Index chunk = (images.size() - 1) / PackedSamples::chunk_samples;
      Pixels features = images.remove_last(images.size() - chunk * PackedSamples::chunk_samples);
      if (hog) features = hog->byte_features(features, threads, ranks);
      for (Index i = 0; i < features.cols(); ++i) extremes.add(features.col(i).data());
      packed_.set_chunk(chunk, features, threads);
    }
    keep(extremes);
  }

  /// The images go at the end: columns take as much memory or more.
  void fill(Dataset images, const std::optional<Hog>& hog, int threads, Collective* ranks) {
    samples_ = LargeBytes(size() * num_features_);
    if (hog) {
      std::vector<const std::uint8_t*> bytes;
      for (Index i = 0; i < size(); ++i) bytes.push_back(images.image(i).data());
      hog->byte_features(bytes, samples_.data(), threads, ranks);
    }
    std::vector<Extremes> extremes(static_cast<std::size_t>(thread_count(threads)), Extremes(num_features_));
    for_blocks(threads, [&](Index first, Index last, int worker) {
      for (Index i = first; i < last; ++i) {
        std::uint8_t* const sample = samples_.data() + i * num_features_;
        if (!hog) std::copy_n(images.image(i).data(), num_features_, sample);
        extremes[static_cast<std::size_t>(worker)].add(sample);
      }
    });
    for (const Extremes& part : extremes) extremes.front().add(part);
    keep(extremes.front());
  }

  void keep(const Extremes& extremes) {
    highest_.assign(extremes.highest.begin(), extremes.highest.end());
    for (Index f = 0; f < num_features_; ++f) {
      if (extremes.lowest(f) != extremes.highest(f)) varying_.push_back(static_cast<std::uint16_t>(f));
    }
  }

  /// Calls body(first, last, worker) for blocks of samples.
  template <typename Body>
  void for_blocks(int threads, Body&& body) const {
    constexpr Index block = 512;
    parallel_for((size() + block - 1) / block, threads,
                 [&](Index b, int worker) { body(b * block, std::min((b + 1) * block, size()), worker); });
  }

  void transpose(int threads) {
    columns_ = LargeBytes(size() * num_features_);
    for_blocks(threads, [&](Index first, Index last, int) {
      const auto row_of = [&](Index i) { return first + i; };
      copy_columns(last - first, row_of, columns_.data() + first, size());
    });
  }

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

  Index num_features_;
  Index num_classes_;
  std::vector<Label> labels_;
  LargeBytes samples_;  // features x samples, or none
  LargeBytes columns_;  // samples x features, or none
  PackedSamples packed_;
  std::vector<std::uint8_t> highest_;  // of each feature
  std::vector<std::uint16_t> varying_;
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
