#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

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

/// p = 1 / (1 + exp(slope * margin + offset)): the probability that a sample with this margin belongs to a class (Platt
/// 1999, "Probabilistic Outputs for Support Vector Machines and Comparisons to Regularized Likelihood Methods").
struct PlattSigmoid {
  float slope = -1;
  float offset = 0;

  bool operator==(const PlattSigmoid&) const = default;
};

/// One sigmoid a class, fitted on held-out samples by the maximum of the likelihood with Platt's targets, by Newton's
/// method with backtracking, in the form that neither overflows nor cancels (Lin, Lin and Weng 2007, "A Note on Platt's
/// Probabilistic Outputs for Support Vector Machines"). margins: classes x samples. A class without samples, or with
/// all of them, gets a nearly constant probability. Throws as fit_temperature does.
std::vector<PlattSigmoid> fit_sigmoids(const Matrix& margins, std::span<const Label> truth);

/// Each class's probability by its sigmoid, divided by their sum. margins, result: classes x samples.
/// Throws ShapeError unless there is one sigmoid for each row.
Matrix apply_sigmoids(std::span<const PlattSigmoid> sigmoids, const Matrix& margins);

/// Throws ValueError unless the sigmoid is finite and does not fall as the margin grows.
void check_sigmoid(const PlattSigmoid& sigmoid);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/calibration.ipp>
#endif
