#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <span>

namespace inkling::inline INKLING_ABI {

/// The share of predictions that are right; 0 without samples.
/// Throws ShapeError unless there is one prediction for each true label.
double accuracy(std::span<const Label> truth, std::span<const Label> predicted);

/// The share of samples whose true class is among the k highest scores; of equal scores the lower class ranks higher,
/// as in best_classes. A score that is not a number never counts as right. scores: classes x samples.
/// Throws ShapeError unless there is one column for each true label, ValueError when a label is out of range or k < 1.
double top_k_accuracy(const Matrix& scores, std::span<const Label> truth, Index k);

/// How far confidence is from accuracy on average: samples are put into bins of equal width by the probability of their
/// best class; the result is the mean of |accuracy - confidence| of the bins, weighted by their samples (Guo, Pleiss,
/// Sun and Weinberger 2017, arXiv:1706.04599). In [0, 1]; 0 without samples. probabilities: classes x samples. Throws
/// ShapeError unless there is one column for each true label, ValueError when a label is out of range or bins < 1.
double expected_calibration_error(const Matrix& probabilities, std::span<const Label> truth, Index bins = 15);

struct Interval {
  double low = 0;
  double high = 1;
};

/// Where the true share lies with 95 % confidence when `successes` of `trials` independent samples succeeded (Wilson
/// 1927). Nothing is known without trials: [0, 1]. Throws ValueError unless 0 <= successes <= trials.
Interval wilson_interval(Index successes, Index trials);

namespace detail {

void check_scored(const char* who, const Matrix& scores, std::span<const Label> truth);

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/metrics.ipp>
#endif
