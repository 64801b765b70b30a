#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/metrics.hpp>

#include <cmath>
#include <span>
#include <string>

namespace inkling {

/// The limits between which fit_temperature searches.
inline constexpr float lowest_temperature = 0.01F;
inline constexpr float highest_temperature = 100;

/// The temperature T for which softmax(scores / T) has the least negative log-likelihood on held-out samples (Guo,
/// Pleiss, Sun and Weinberger 2017, arXiv:1706.04599). scores: classes x samples; logits, margins or log-probabilities.
///
/// It has one optimum, being convex in 1 / T. When that lies outside of [lowest_temperature, highest_temperature], the
/// nearer limit is the result. Where T makes no difference any more, the search ends: samples that are all right pull T
/// down only until their loss is 0 in double precision, and scores that are all equal give 1.
///
/// Throws ShapeError unless there is one column for each true label; ValueError when there is no sample, a label is out
/// of range, or a score is not finite (take the logarithm of probabilities no less than, say, 1e-12).
float fit_temperature(const Matrix& scores, std::span<const Label> truth);

/// The mean of -log softmax(scores / temperature)[truth]: the loss that fit_temperature minimises. Throws as it does.
double negative_log_likelihood(const Matrix& scores, std::span<const Label> truth, float temperature = 1);

namespace detail {

inline void check_calibration(const char* who, const Matrix& scores, std::span<const Label> truth) {
  check_scored(who, scores, truth);
  if (truth.empty()) throw ValueError(std::string(who) + ": at least one sample is needed");
  if (!scores.allFinite()) throw ValueError(std::string(who) + ": a score is not finite");
}

/// d(likelihood loss) / d(1 / T), summed over the samples: what softmax expects as score, minus the true class's score.
inline double likelihood_slope(const Matrix& scores, std::span<const Label> truth, double inverse_temperature) {
  double slope = 0;
  for (Index i = 0; i < scores.cols(); ++i) {
    const auto highest = static_cast<double>(scores.col(i).maxCoeff());
    double weights = 0;
    double weighted = 0;
    for (const float score : scores.col(i)) {
      const double below = static_cast<double>(score) - highest;
      const double weight = std::exp(below * inverse_temperature);
      weights += weight;
      weighted += weight * below;
    }
    slope += weighted / weights - (static_cast<double>(scores(truth[static_cast<std::size_t>(i)], i)) - highest);
  }
  return slope;
}

}  // namespace detail

inline float fit_temperature(const Matrix& scores, std::span<const Label> truth) {
  detail::check_calibration("fit_temperature", scores, truth);
  // Bisection for the zero of a slope that grows with 1 / T. The interval begins symmetric around log T = 0.
  double low = std::log(static_cast<double>(lowest_temperature));
  double high = std::log(static_cast<double>(highest_temperature));
  constexpr int halvings = 32;  // to 2e-9 in log T: finer than a float
  for (int i = 0; i < halvings; ++i) {
    const double middle = (low + high) / 2;
    const double slope = detail::likelihood_slope(scores, truth, std::exp(-middle));
    if (slope == 0) return static_cast<float>(std::exp(middle));
    (slope > 0 ? low : high) = middle;
  }
  return static_cast<float>(std::exp((low + high) / 2));
}

inline double negative_log_likelihood(const Matrix& scores, std::span<const Label> truth, float temperature) {
  detail::check_calibration("negative_log_likelihood", scores, truth);
  if (!(temperature > 0)) {
    throw ValueError("negative_log_likelihood: a temperature is above 0, got " + std::to_string(temperature));
  }
  double sum = 0;
  for (Index i = 0; i < scores.cols(); ++i) {
    const Eigen::ArrayXd scaled = scores.col(i).cast<double>().array() / static_cast<double>(temperature);
    const double highest = scaled.maxCoeff();
    sum += highest + std::log((scaled - highest).exp().sum()) - scaled(truth[static_cast<std::size_t>(i)]);
  }
  return sum / static_cast<double>(truth.size());
}

}  // namespace inkling
