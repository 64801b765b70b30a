#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/forest/detail/large_bytes.hpp>
#include <inkling/forest/detail/packed_samples.hpp>
#include <inkling/forest/detail/split.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// Columns of a large node whose samples are packed. As many features as there is room for are copied at once, so that
/// a sample is read for all of them.
class GatheredColumns {
 public:
  /// room: bytes for columns; one column may take more. Less room takes more passes over the samples, more room more
  /// memory a thread.
  explicit GatheredColumns(Index room = Index{8} << 20U) : room_(room) {}

  /// From here to end_node() the rows of the samples count within the node.
  void start_node(std::span<Sample> samples) {
    rows_.resize(samples.size());
    for (std::uint32_t i = 0; i < samples.size(); ++i) rows_[i] = std::exchange(samples[i].row, i);
    features_.clear();
    // An odd number of cache lines, as in a block of TreeGrower.
    constexpr Index line = 64;
    stride_ = ((std::ssize(rows_) + line - 1) / line | 1) * line;
  }

  /// Gives the samples their rows in the data again, whatever order they have now.
  void end_node(std::span<Sample> samples) const noexcept {
    for (Sample& s : samples) s.row = rows_[s.row];
  }

  /// The bytes of the first feature, by Sample::row; valid until the next call. The other features are those that will
  /// be asked for next.
  const std::uint8_t* column(const PackedSamples& data, std::span<const std::uint16_t> features) {
    auto place = std::find(features_.begin(), features_.end(), features.front());
    if (place == features_.end()) {
      const std::size_t count = std::clamp<std::size_t>(static_cast<std::size_t>(room_ / stride_), 1, features.size());
      features_.assign(features.begin(), features.begin() + static_cast<std::ptrdiff_t>(count));
      std::sort(features_.begin(), features_.end());
      gather(data);
      place = std::lower_bound(features_.begin(), features_.end(), features.front());
    }
    return columns_.data() + (place - features_.begin()) * stride_;
  }

 private:
  void gather(const PackedSamples& data) {
    constexpr std::size_t distance = 8;  // samples that memory is ahead
    const Index size = std::ssize(features_) * stride_;
    if (columns_.size() < size) columns_ = LargeBytes(size);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      data.prefetch(rows_[std::min(i + distance, rows_.size() - 1)]);
      data.gather(rows_[i], features_, columns_.data() + i, stride_);
    }
  }

  Index room_;
  Index stride_ = 0;
  std::vector<std::uint32_t> rows_;      // in the data, of the node's samples
  std::vector<std::uint16_t> features_;  // whose columns are there
  LargeBytes columns_;                   // stride_ x features_
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
