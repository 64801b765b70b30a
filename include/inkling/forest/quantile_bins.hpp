#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Turns plain float features into bytes, so that a RandomForest can learn from them: feature by feature, values are
/// cut at up to 255 quantiles of the data it was fitted on. Order is kept, and a feature with at most 256 different
/// values loses nothing.
///
///     const QuantileBins bins = QuantileBins::fit(train_features);
///     const Dataset train({1, 1, train_features.rows()}, bins.transform(train_features), labels, class_names);
///     const RandomForest forest = RandomForest::fit(train);
///     const Matrix shares = forest.scores(bins.transform(test_features));
class QuantileBins {
 public:
  static constexpr Index max_bins = 256;

  /// features: features x samples. Throws ValueError when there is none, or a value that is not finite.
  static QuantileBins fit(const Matrix& features) {
    require<ValueError>(features.size() > 0, "QuantileBins: there are no features to learn from");
    require<ValueError>(features.allFinite(), "QuantileBins: a feature is not a finite number");
    std::vector<std::vector<float>> cuts(static_cast<std::size_t>(features.rows()));
    for (Index f = 0; f < features.rows(); ++f) {
      const auto row = features.row(f);
      cuts[static_cast<std::size_t>(f)] = feature_cuts({row.begin(), row.end()});
    }
    return QuantileBins(std::move(cuts));
  }

  /// cuts: for each feature its upper bin edges, strictly ascending, at most 255. Throws ValueError.
  explicit QuantileBins(std::vector<std::vector<float>> cuts) : cuts_(std::move(cuts)) {
    for (std::size_t f = 0; f < cuts_.size(); ++f) {
      const auto& edges = cuts_[f];
      const bool finite = std::all_of(edges.begin(), edges.end(), [](float edge) { return std::isfinite(edge); });
      if (edges.size() >= static_cast<std::size_t>(max_bins) || !finite ||
          std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) != edges.end()) {
        throw ValueError("QuantileBins: feature " + std::to_string(f) + " needs at most 255 finite, ascending cuts");
      }
    }
  }

  Index num_features() const noexcept { return static_cast<Index>(cuts_.size()); }
  /// For each feature: values up to cuts()[f][0] get byte 0, those above it up to cuts()[f][1] byte 1, and so on.
  const std::vector<std::vector<float>>& cuts() const noexcept { return cuts_; }

  /// features: num_features() x n. Result: bytes of the same shape. Values outside the fitted range go to the outermost
  /// bins. Throws ShapeError, and ValueError for a NaN.
  Pixels transform(const Matrix& features) const {
    if (features.rows() != num_features()) {
      throw ShapeError("QuantileBins: expected " + std::to_string(num_features()) + " features a sample, got " +
                       std::to_string(features.rows()));
    }
    require<ValueError>(!features.hasNaN(), "QuantileBins: a feature is not a number");
    Pixels result(features.rows(), features.cols());
    for (Index i = 0; i < features.cols(); ++i) {
      for (Index f = 0; f < features.rows(); ++f) {
        const auto& edges = cuts_[static_cast<std::size_t>(f)];
        const auto bin = std::lower_bound(edges.begin(), edges.end(), features(f, i)) - edges.begin();
        result(f, i) = static_cast<std::uint8_t>(bin);
      }
    }
    return result;
  }

 private:
  /// Halfway between neighbouring values, at the quantiles where there are too many.
  static std::vector<float> feature_cuts(std::vector<float> values) {
    std::sort(values.begin(), values.end());
    std::vector<float> distinct;
    std::unique_copy(values.begin(), values.end(), std::back_inserter(distinct));
    std::vector<float> cuts;
    const auto add_cut_below = [&](float upper) {
      const auto above = std::lower_bound(distinct.begin(), distinct.end(), upper);
      if (above == distinct.begin()) return;
      const float lower = *std::prev(above);
      const float middle = lower / 2 + upper / 2;
      const float cut = middle < upper ? middle : lower;  // neighbouring floats have nothing between them
      if (cuts.empty() || cuts.back() < cut) cuts.push_back(cut);
    };
    if (distinct.size() <= static_cast<std::size_t>(max_bins)) {
      for (const float value : distinct) add_cut_below(value);
    } else {
      for (std::size_t k = 1; k < static_cast<std::size_t>(max_bins); ++k) {
        add_cut_below(values[k * values.size() / static_cast<std::size_t>(max_bins)]);
      }
    }
    return cuts;
  }

  std::vector<std::vector<float>> cuts_;
};

}  // namespace inkling::inline INKLING_ABI
