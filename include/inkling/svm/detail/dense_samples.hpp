#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/svm/detail/lanes.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI::svm::detail {

/// Samples as they are learned from: bytes or floats, a 1 appended to each for the bias, and zeros up to a multiple of
/// 16 values. A stored value v means v * scale().
template <typename Value>
class DenseSamples {
 public:
  /// Room for `count` samples of `features` values, which are to be set. `one`: what is appended, 1 / scale; or 0
  /// without a bias. Memory is touched as samples are set.
  DenseSamples(Index features, Index count, float scale, Value one)
      : features_(features), scale_(scale), one_(one), values_(whole_tiles(features + 1), count) {}

  /// from: features() values.
  void set(Index i, const Value* from) noexcept {
    Value* const to = values_.col(i).data();
    std::copy_n(from, features_, to);
    to[features_] = one_;
    std::fill(to + features_ + 1, to + values_.rows(), Value{0});
  }

  const Value* sample(Index i) const noexcept { return values_.col(i).data(); }

  Index size() const noexcept { return values_.cols(); }
  Index features() const noexcept { return features_; }
  /// The length of weight arrays: the features, the bias after them, and zeros.
  Index padded_features() const noexcept { return values_.rows(); }
  float scale() const noexcept { return scale_; }

  /// Writes padded_features() floats, not yet scaled.
  void unpack(Index i, float* to) const noexcept {
    const Value* const from = sample(i);
    for (Index f = 0; f < values_.rows(); ++f) to[f] = static_cast<float>(from[f]);
  }

  /// Starts to fetch sample i into the cache.
  void prefetch(Index i) const noexcept {
#ifdef __GNUC__
    constexpr Index line = 64 / static_cast<Index>(sizeof(Value));
    for (Index f = 0; f < values_.rows(); f += line) __builtin_prefetch(sample(i) + f);
#else
    static_cast<void>(i);
#endif
  }

 private:
  Index features_;
  float scale_;
  Value one_;
  MatrixOf<Value> values_;  // padded features x samples
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
