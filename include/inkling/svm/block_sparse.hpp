#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace inkling::svm {

/// One sample of BlockSparse as floats. Weights are padded to whole blocks.
struct BlockRow {
  static constexpr Index block = 8;
  template <typename Real>
  using Block = Eigen::Array<Real, block, 1>;

  std::span<const std::uint16_t> blocks;  // the number of each stored block: features [8 b, 8 b + 8)
  const float* values;                    // eight for each stored block

  /// The inner product of the sample and `weights`.
  float dot(const float* weights) const noexcept {
    // Four independent sums hide the latency of the additions.
    std::array<Block<float>, 4> sums;
    for (auto& sum : sums) sum.setZero();
    std::size_t k = 0;
    for (; k + sums.size() <= blocks.size(); k += sums.size()) {
      for (std::size_t chain = 0; chain < sums.size(); ++chain) sums[chain] += product(k + chain, weights);
    }
    for (; k < blocks.size(); ++k) sums[0] += product(k, weights);
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])).sum();
  }

  /// weights += factor * sample.
  template <typename Real>
  void add_to(Real factor, Real* weights) const noexcept {
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      Eigen::Map<Block<Real>>(weights + std::size_t{blocks[k]} * block) += factor * value(k).template cast<Real>();
    }
  }

  double squared_norm() const noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < blocks.size(); ++k) sum += static_cast<double>(value(k).square().sum());
    return sum;
  }

 private:
  Eigen::Map<const Block<float>> value(std::size_t k) const noexcept {
    return Eigen::Map<const Block<float>>(values + k * block);
  }
  Block<float> product(std::size_t k, const float* weights) const noexcept {
    return value(k) * Eigen::Map<const Block<float>>(weights + std::size_t{blocks[k]} * block);
  }
};

/// Samples without their zeros, left out eight features at a time: a block of eight neighbours is stored when any of
/// them is not zero. Strokes are runs of pixels, so that this keeps about half of an MNIST image in a form that vector
/// instructions read as it is, where single non-zero pixels would have to be gathered one by one.
///
/// Value is std::uint8_t for pixels or float. A stored value v means v * scale().
template <typename Value>
class BlockSparse {
 public:
  static constexpr Index block = BlockRow::block;

  BlockSparse(Index features, float scale) : features_(features), scale_(scale), padded_(padded(features)) {
    if (padded_.size() / block > std::numeric_limits<std::uint16_t>::max()) {
      throw ValueError("BlockSparse: at most 524280 features, got " + std::to_string(features));
    }
  }

  /// Adds one sample. Requires: sample.size() == features().
  void push_back(std::span<const Value> sample) {
    std::copy(sample.begin(), sample.end(), padded_.begin());
    for (std::size_t first = 0; first < padded_.size(); first += block) {
      const auto values = std::span(padded_).subspan(first, block);
      if (std::all_of(values.begin(), values.end(), [](Value v) { return v == Value{0}; })) continue;
      blocks_.push_back(static_cast<std::uint16_t>(first / block));
      values_.insert(values_.end(), values.begin(), values.end());
    }
    longest_ = std::max(longest_, static_cast<Index>((blocks_.size() - starts_.back()) * block));
    starts_.push_back(blocks_.size());
  }

  Index size() const noexcept { return static_cast<Index>(starts_.size()) - 1; }
  Index features() const noexcept { return features_; }
  /// The length of weight arrays: features() rounded up to whole blocks.
  Index padded_features() const noexcept { return static_cast<Index>(padded_.size()); }
  float scale() const noexcept { return scale_; }

  /// The number of stored values of the longest sample.
  Index longest() const noexcept { return longest_; }

  /// Sample i as floats, not yet scaled. They stand in `buffer`, of longest() values, when Value is not float.
  BlockRow row(Index i, float* buffer) const noexcept {
    const std::size_t first = starts_[static_cast<std::size_t>(i)];
    const std::size_t count = starts_[static_cast<std::size_t>(i) + 1] - first;
    const Value* values = values_.data() + first * block;
    const auto blocks = std::span(blocks_).subspan(first, count);
    if constexpr (std::is_same_v<Value, float>) {
      static_cast<void>(buffer);
      return {blocks, values};
    } else {
      for (std::size_t k = 0; k < count * block; ++k) buffer[k] = static_cast<float>(values[k]);
      return {blocks, buffer};
    }
  }

  /// Starts to fetch sample i into the cache: coordinate descent visits samples in random order.
  void prefetch(Index i) const noexcept {
#ifdef __GNUC__
    const std::size_t first = starts_[static_cast<std::size_t>(i)];
    const std::size_t end = starts_[static_cast<std::size_t>(i) + 1];
    constexpr std::size_t cache_line = 64;
    constexpr std::size_t stride = std::max<std::size_t>(1, cache_line / (block * sizeof(Value)));
    for (std::size_t k = first; k < end; k += stride) __builtin_prefetch(values_.data() + k * block);
    __builtin_prefetch(blocks_.data() + first);
    __builtin_prefetch(blocks_.data() + end);
#else
    static_cast<void>(i);
#endif
  }

 private:
  static std::vector<Value> padded(Index features) {
    return std::vector<Value>(static_cast<std::size_t>((features + block - 1) / block * block));
  }

  Index features_;
  float scale_;
  Index longest_ = 0;
  std::vector<Value> padded_;           // one sample with zeros up to a whole block
  std::vector<std::size_t> starts_{0};  // samples + 1; sample i holds blocks [starts_[i], starts_[i + 1])
  std::vector<std::uint16_t> blocks_;   // the number of each stored block: features [8 b, 8 b + 8)
  std::vector<Value> values_;           // eight for each stored block
};

}  // namespace inkling::svm
