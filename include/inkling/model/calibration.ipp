#pragma once

#include <inkling/core/range.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void check_sigmoid(const PlattSigmoid& sigmoid) {
  if (!std::isfinite(sigmoid.slope) || !std::isfinite(sigmoid.offset) || sigmoid.slope > 0) {
    throw ValueError("PlattSigmoid: expected finite numbers and a slope of at most 0, got slope " +
                     std::to_string(sigmoid.slope) + ", offset " + std::to_string(sigmoid.offset));
  }
}

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

INKLING_INLINE float fit_temperature(const Matrix& scores, std::span<const Label> truth) {
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

INKLING_INLINE double negative_log_likelihood(const Matrix& scores, std::span<const Label> truth, float temperature) {
  detail::check_calibration("negative_log_likelihood", scores, truth);
  in_range("negative_log_likelihood: temperature", temperature, {.low = 0, .high = 1e9, .above_low = true});
  double sum = 0;
  for (Index i = 0; i < scores.cols(); ++i) {
    const Eigen::ArrayXd scaled = scores.col(i).cast<double>().array() / static_cast<double>(temperature);
    const double highest = scaled.maxCoeff();
    sum += highest + std::log((scaled - highest).exp().sum()) - scaled(truth[static_cast<std::size_t>(i)]);
  }
  return sum / static_cast<double>(truth.size());
}

namespace detail {

/// The loss of a sigmoid, and its derivatives by slope and offset.
struct SigmoidLoss {
  double value = 0;
  double by_slope = 0, by_offset = 0;
  double by_slope_2 = 0, by_both = 0, by_offset_2 = 0;
};

/// positive_target, negative_target: Platt's probabilities of the samples inside and outside the class.
template <typename Margins>
SigmoidLoss sigmoid_loss(const Margins& margins, std::span<const Label> truth, Label label, double positive_target,
                         double negative_target, double slope, double offset) {
  SigmoidLoss loss;
  for (Index i = 0; i < margins.size(); ++i) {
    const auto margin = static_cast<double>(margins(i));
    const double target = truth[static_cast<std::size_t>(i)] == label ? positive_target : negative_target;
    const double exponent = slope * margin + offset;
    const double small = std::exp(-std::abs(exponent));  // the exponential that does not overflow
    const double p = (exponent >= 0 ? small : 1) / (1 + small);
    const double q = (exponent >= 0 ? 1 : small) / (1 + small);  // 1 - p without cancellation
    loss.value += (exponent >= 0 ? target : target - 1) * exponent + std::log1p(small);
    loss.by_slope += margin * (target - p);
    loss.by_offset += target - p;
    loss.by_slope_2 += margin * margin * p * q;
    loss.by_both += margin * p * q;
    loss.by_offset_2 += p * q;
  }
  return loss;
}

template <typename Margins>
PlattSigmoid fit_sigmoid(const Margins& margins, std::span<const Label> truth, Label label) {
  const auto positives = static_cast<double>(std::count(truth.begin(), truth.end(), label));
  const double negatives = static_cast<double>(truth.size()) - positives;
  const double positive_target = (positives + 1) / (positives + 2);
  const double negative_target = 1 / (negatives + 2);
  const auto loss_at = [&](double slope, double offset) {
    return sigmoid_loss(margins, truth, label, positive_target, negative_target, slope, offset);
  };
  double slope = 0;
  double offset = std::log((negatives + 1) / (positives + 1));
  SigmoidLoss loss = loss_at(slope, offset);
  for (int round = 0; round < 100; ++round) {
    if (std::abs(loss.by_slope) < 1e-5 && std::abs(loss.by_offset) < 1e-5) break;
    constexpr double ridge = 1e-12;
    const double a = loss.by_slope_2 + ridge;
    const double b = loss.by_both;
    const double d = loss.by_offset_2 + ridge;
    const double determinant = a * d - b * b;
    const double slope_step = -(d * loss.by_slope - b * loss.by_offset) / determinant;
    const double offset_step = -(a * loss.by_offset - b * loss.by_slope) / determinant;
    const double descent = loss.by_slope * slope_step + loss.by_offset * offset_step;
    double length = 1;
    SigmoidLoss next;
    for (; length >= 1e-10; length /= 2) {
      next = loss_at(slope + length * slope_step, offset + length * offset_step);
      if (next.value < loss.value + 1e-4 * length * descent) break;
    }
    if (length < 1e-10) break;
    slope += length * slope_step;
    offset += length * offset_step;
    loss = next;
  }
  // Margins that fall as the class becomes likelier tell nothing: chance alone makes them.
  if (slope > 0) return {0, static_cast<float>(std::log((negatives + 1) / (positives + 1)))};
  return {static_cast<float>(slope), static_cast<float>(offset)};
}

}  // namespace detail

INKLING_INLINE std::vector<PlattSigmoid> fit_sigmoids(const Matrix& margins, std::span<const Label> truth) {
  detail::check_calibration("fit_sigmoids", margins, truth);
  std::vector<PlattSigmoid> sigmoids;
  for (Label label = 0; label < margins.rows(); ++label) {
    sigmoids.push_back(detail::fit_sigmoid(margins.row(label), truth, label));
  }
  return sigmoids;
}

INKLING_INLINE Matrix apply_sigmoids(std::span<const PlattSigmoid> sigmoids, const Matrix& margins) {
  if (static_cast<Index>(sigmoids.size()) != margins.rows()) {
    throw ShapeError("apply_sigmoids: " + std::to_string(sigmoids.size()) + " sigmoids but margins of " +
                     std::to_string(margins.rows()) + " classes");
  }
  Matrix result(margins.rows(), margins.cols());
  Eigen::ArrayXd shares(margins.rows());
  for (Index i = 0; i < margins.cols(); ++i) {
    for (Index k = 0; k < margins.rows(); ++k) {
      const PlattSigmoid& sigmoid = sigmoids[static_cast<std::size_t>(k)];
      // At most e^500, so that the sum of shares never underflows to 0.
      const double exponent =
          static_cast<double>(sigmoid.slope) * static_cast<double>(margins(k, i)) + static_cast<double>(sigmoid.offset);
      shares(k) = 1 / (1 + std::exp(std::min(exponent, 500.0)));
    }
    result.col(i) = (shares / shares.sum()).cast<float>();
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
