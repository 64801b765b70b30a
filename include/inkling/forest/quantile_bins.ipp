#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/forest/quantile_bins.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace forest::detail {

/// Halfway between neighbouring values, at the quantiles where there are too many.
inline std::vector<float> feature_cuts(std::vector<float> values) {
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
  if (distinct.size() <= static_cast<std::size_t>(QuantileBins::max_bins)) {
    for (const float value : distinct) add_cut_below(value);
  } else {
    for (std::size_t k = 1; k < static_cast<std::size_t>(QuantileBins::max_bins); ++k) {
      add_cut_below(values[k * values.size() / static_cast<std::size_t>(QuantileBins::max_bins)]);
    }
  }
  return cuts;
}

}  // namespace forest::detail

INKLING_INLINE QuantileBins::QuantileBins(std::vector<std::vector<float>> cuts) : cuts_(std::move(cuts)) {
  for (std::size_t f = 0; f < cuts_.size(); ++f) {
    const auto& edges = cuts_[f];
    const bool finite = std::all_of(edges.begin(), edges.end(), [](float edge) { return std::isfinite(edge); });
    if (edges.size() >= static_cast<std::size_t>(max_bins) || !finite ||
        std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) != edges.end()) {
      throw ValueError("QuantileBins: feature " + std::to_string(f) + " needs at most 255 finite, ascending cuts");
    }
  }
}

INKLING_INLINE Pixels QuantileBins::transform(const Matrix& features) const {
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

INKLING_INLINE QuantileBins fit_quantile_bins(const Matrix& features) {
  require<ValueError>(features.size() > 0, "QuantileBins: there are no features to learn from");
  require<ValueError>(features.allFinite(), "QuantileBins: a feature is not a finite number");
  std::vector<std::vector<float>> cuts(static_cast<std::size_t>(features.rows()));
  for (Index f = 0; f < features.rows(); ++f) {
    const auto row = features.row(f);
    cuts[static_cast<std::size_t>(f)] = forest::detail::feature_cuts({row.begin(), row.end()});
  }
  return QuantileBins(std::move(cuts));
}

}  // namespace inkling::inline INKLING_ABI
