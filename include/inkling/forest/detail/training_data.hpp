#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/detail/byte_transpose.hpp>
#include <inkling/forest/detail/huge_pages.hpp>
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
    const bool packed = size() * num_features_ > held_twice;
    if (!packed) {
      samples_.resize(num_features_, size());
      prefer_huge_pages(samples_.data(), static_cast<std::size_t>(samples_.size()));
    }
    Pixels lowest = Pixels::Constant(num_features_, 1, 255);
    Pixels highest = Pixels::Zero(num_features_, 1);
    while (images.size() > 0) {  // the images go as their features come
      const Index chunk = (images.size() - 1) / PackedSamples::chunk_samples;
      const Index first = chunk * PackedSamples::chunk_samples;
      Pixels features = images.remove_last(images.size() - first);
      if (hog) features = hog->byte_features(features, threads, ranks);
      for (Index i = 0; i < features.cols(); ++i) {
        lowest = lowest.cwiseMin(features.col(i));
        highest = highest.cwiseMax(features.col(i));
      }
      if (packed) {
        packed_.set_chunk(chunk, features, threads);
      } else {
        samples_.middleCols(first, features.cols()) = features;
      }
    }
    if (!packed) transpose(threads);
    highest_.assign(highest.data(), highest.data() + highest.size());
    for (Index f = 0; f < num_features_; ++f) {
      if (lowest(f) != highest(f)) varying_.push_back(static_cast<std::uint16_t>(f));
    }
  }

  Index size() const noexcept { return std::ssize(labels_); }
  Index num_features() const noexcept { return num_features_; }
  Index num_classes() const noexcept { return num_classes_; }
  Label label(Index i) const noexcept { return labels_[static_cast<std::size_t>(i)]; }
  /// Whether the features are held twice, in either order; else they are packed.
  bool holds_columns() const noexcept { return columns_.size() > 0; }
  const Pixels& columns() const noexcept { return columns_; }               // samples x features, or empty
  const PackedSamples& packed_samples() const noexcept { return packed_; }  // or none
  /// The bytes of the features in memory, in whichever form.
  Index held_bytes() const noexcept { return samples_.size() + columns_.size() + packed_.held_bytes(); }
  /// Gives back the memory of the columns, which only growing reads.
  void release_columns() { columns_.resize(0, 0); }
  /// The features that are not the same in all samples, ascending.
  const std::vector<std::uint16_t>& varying_features() const noexcept { return varying_; }
  /// The highest byte of a feature.
  std::uint8_t highest(std::uint16_t feature) const noexcept { return highest_[feature]; }

  /// The bytes of sample i. unpacked: where they are written when they are packed, as far as it is needed.
  const std::uint8_t* sample(Index i, std::uint8_t* unpacked) const noexcept {
    if (packed_.size() == 0) return samples_.col(i).data();
    packed_.unpack(i, unpacked);
    return unpacked;
  }

  /// Writes samples as columns of features: value f of sample row_of(i) goes to target[f * stride + i].
  template <typename RowOf>
  void copy_columns(Index count, RowOf&& row_of, std::uint8_t* target, Index stride) const {
    if (packed_.size() == 0) {
      const auto bytes = [&](Index i) { return samples_.col(row_of(i)).data(); };
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
  void transpose(int threads) {
    constexpr Index block = 512;  // samples a task
    columns_.resize(size(), num_features_);
    prefer_huge_pages(columns_.data(), static_cast<std::size_t>(columns_.size()));
    parallel_for((size() + block - 1) / block, threads, [&](Index b, int) {
      const Index first = b * block;
      const auto row_of = [&](Index i) { return first + i; };
      copy_columns(std::min(block, size() - first), row_of, columns_.data() + first, size());
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
  Pixels samples_;  // features x samples, or empty
  Pixels columns_;  // samples x features, or empty
  PackedSamples packed_;
  std::vector<std::uint8_t> highest_;  // of each feature
  std::vector<std::uint16_t> varying_;
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
