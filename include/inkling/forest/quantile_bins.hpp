#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI {

/// Turns plain float features into bytes, so that a RandomForest can learn from them: feature by feature, values are
/// cut at up to 255 quantiles of the data it was fitted on. Order is kept, and a feature with at most 256 different
/// values loses nothing.
///
///     const QuantileBins bins = fit_quantile_bins(train_features);
///     const Dataset train({1, 1, train_features.rows()}, bins.transform(train_features), labels, class_names);
///     const RandomForest forest = fit_forest(train);
///     const Matrix shares = forest.scores(bins.transform(test_features));
class QuantileBins {
 public:
  static constexpr Index max_bins = 256;

  /// cuts: for each feature its upper bin edges, strictly ascending, at most 255. Throws ValueError.
  explicit QuantileBins(std::vector<std::vector<float>> cuts);

  Index num_features() const noexcept { return static_cast<Index>(cuts_.size()); }
  /// For each feature: values up to cuts()[f][0] get byte 0, those above it up to cuts()[f][1] byte 1, and so on.
  const std::vector<std::vector<float>>& cuts() const noexcept { return cuts_; }

  /// features: num_features() x n. Result: bytes of the same shape. Values outside the fitted range go to the outermost
  /// bins. Throws ShapeError, and ValueError for a NaN.
  Pixels transform(const Matrix& features) const;

 private:
  std::vector<std::vector<float>> cuts_;
};

/// features: features x samples. Throws ValueError when there is none, or a value that is not finite.
QuantileBins fit_quantile_bins(const Matrix& features);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/forest/quantile_bins.ipp>
#endif
