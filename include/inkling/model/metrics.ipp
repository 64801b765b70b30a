#pragma once

#include <inkling/model/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

INKLING_INLINE void check_scored(const char* who, const Matrix& scores, std::span<const Label> truth) {
  if (scores.cols() != static_cast<Index>(truth.size())) {
    throw ShapeError(std::string(who) + ": scores of " + std::to_string(scores.cols()) + " samples but " +
                     std::to_string(truth.size()) + " true labels");
  }
  for (const Label label : truth) {
    if (label < 0 || label >= scores.rows()) {
      throw ValueError(std::string(who) + ": label " + std::to_string(label) + " is not in 0.." +
                       std::to_string(scores.rows() - 1));
    }
  }
}

}  // namespace detail

INKLING_INLINE double accuracy(std::span<const Label> truth, std::span<const Label> predicted) {
  if (truth.size() != predicted.size()) {
    throw ShapeError("accuracy: " + std::to_string(truth.size()) + " true labels but " +
                     std::to_string(predicted.size()) + " predictions");
  }
  if (truth.empty()) return 0;
  std::size_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) right += truth[i] == predicted[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(truth.size());
}

INKLING_INLINE double top_k_accuracy(const Matrix& scores, std::span<const Label> truth, Index k) {
  detail::check_scored("top_k_accuracy", scores, truth);
  if (k < 1) throw ValueError("top_k_accuracy: k is at least 1, got " + std::to_string(k));
  if (truth.empty()) return 0;
  Index right = 0;
  for (Index i = 0; i < scores.cols(); ++i) {
    const Label label = truth[static_cast<std::size_t>(i)];
    const float score = scores(label, i);
    Index better = 0;
    // Negated comparisons: whatever is not a number beats the true class.
    for (Index c = 0; c < label; ++c) better += !(scores(c, i) < score) ? 1 : 0;
    for (Index c = label + 1; c < scores.rows(); ++c) better += !(scores(c, i) <= score) ? 1 : 0;
    right += better < k ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(truth.size());
}

INKLING_INLINE double expected_calibration_error(const Matrix& probabilities, std::span<const Label> truth,
                                                 Index bins) {
  detail::check_scored("expected_calibration_error", probabilities, truth);
  if (bins < 1) throw ValueError("expected_calibration_error: at least one bin is needed, got " + std::to_string(bins));
  if (truth.empty()) return 0;
  std::vector<double> excess(static_cast<std::size_t>(bins),
                             0);  // sum of confidence - right in ((b) / bins, (b + 1) / bins]
  for (Index i = 0; i < probabilities.cols(); ++i) {
    Index best = 0;
    const auto confidence = static_cast<double>(probabilities.col(i).maxCoeff(&best));
    const auto bin = static_cast<Index>(std::ceil(confidence * static_cast<double>(bins))) - 1;
    const double right = best == truth[static_cast<std::size_t>(i)] ? 1 : 0;
    excess[static_cast<std::size_t>(std::clamp<Index>(bin, 0, bins - 1))] += confidence - right;
  }
  double sum = 0;
  for (const double bin : excess) sum += std::abs(bin);
  return sum / static_cast<double>(truth.size());
}

INKLING_INLINE Interval wilson_interval(Index successes, Index trials) {
  if (successes < 0 || successes > trials) {
    throw ValueError("wilson_interval: " + std::to_string(successes) + " successes in " + std::to_string(trials) +
                     " trials");
  }
  if (trials == 0) return {};
  constexpr double z = 1.959963984540054;  // the 97.5 % quantile of the standard normal
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double scale = 1 / (1 + z * z / n);
  const double centre = scale * (share + z * z / (2 * n));
  const double half = scale * z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {.low = std::max(0.0, centre - half), .high = std::min(1.0, centre + half)};
}

}  // namespace inkling::inline INKLING_ABI
