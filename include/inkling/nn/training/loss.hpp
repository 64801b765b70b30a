#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <cmath>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::nn {

/// Sums over a batch, so that the results of micro-batches add up.
struct LossSum {
  double loss = 0;    // sum of the samples' losses
  Index correct = 0;  // samples whose class has the highest logit

  LossSum& operator+=(const LossSum& other) noexcept {
    loss += other.loss;
    correct += other.correct;
    return *this;
  }
};

/// Softmax and cross-entropy in one, on logits, by log-sum-exp: no logit overflows, and no probability is divided by.
///
/// With classes k, the target of a sample is t = 1 - smoothing + smoothing / k for its label and smoothing / k
/// elsewhere (Szegedy et al. 2016, arXiv:1512.00567); its loss is -sum of t * log softmax(logits).
///
/// logits: classes x n. labels: n. gradient (classes x n, overwritten): dLoss/dlogits * `scale` = (softmax - t) *
/// scale. Throws ShapeError when the sizes differ, ValueError when a label is not in [0, classes).
template <typename S>
LossSum softmax_cross_entropy(const ConstMatrixRef<S>& logits, std::span<const Label> labels, double smoothing, S scale,
                              MatrixRef<S> gradient) {
  const Index classes = logits.rows();
  if (logits.cols() != static_cast<Index>(labels.size()) || gradient.rows() != classes ||
      gradient.cols() != logits.cols()) {
    throw ShapeError("softmax_cross_entropy: " + std::to_string(logits.cols()) + " columns of logits, " +
                     std::to_string(gradient.cols()) + " of the gradient, " + std::to_string(labels.size()) +
                     " labels");
  }
  const S rest = static_cast<S>(smoothing / static_cast<double>(classes));
  LossSum sum;
  for (Index i = 0; i < logits.cols(); ++i) {
    const Label label = labels[static_cast<std::size_t>(i)];
    if (label < 0 || label >= classes) {
      throw ValueError("softmax_cross_entropy: label " + std::to_string(label) + " of sample " + std::to_string(i) +
                       " is not in 0.." + std::to_string(classes - 1));
    }
    Index best = 0;
    const S largest = logits.col(i).maxCoeff(&best);
    gradient.col(i) = (logits.col(i).array() - largest).exp();
    const S total = gradient.col(i).sum();
    // -log softmax_j = log total - (logit_j - largest), weighted with the targets, which sum to 1
    const S weighted =
        static_cast<S>(1 - smoothing) * (logits(label, i) - largest) + rest * (logits.col(i).array() - largest).sum();
    sum.loss += static_cast<double>(std::log(total) - weighted);
    sum.correct += best == label ? 1 : 0;
    gradient.col(i).array() = (gradient.col(i).array() / total - rest) * scale;
    gradient(label, i) -= static_cast<S>(1 - smoothing) * scale;
  }
  return sum;
}

}  // namespace inkling::inline INKLING_ABI::nn
