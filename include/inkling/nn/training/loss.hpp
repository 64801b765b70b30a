#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

/// Sums over a batch, so that the results of micro-batches add up.
struct LossSum {
  double loss = 0;    // sum of the samples' losses
  Index correct = 0;  // samples whose class has the highest logit

  LossSum& operator+=(const LossSum& other) noexcept;
};

/// Softmax and cross-entropy in one, on logits, by log-sum-exp: no logit overflows, and no probability is divided by.
///
/// With classes k, the target of a sample is t = 1 - smoothing + smoothing / k for its label and smoothing / k
/// elsewhere (Szegedy et al. 2016, arXiv:1512.00567); its loss is -sum of t * log softmax(logits).
///
/// logits: classes x n. labels: n. gradient (classes x n, overwritten): dLoss/dlogits * `scale` = (softmax - t) *
/// scale. Throws ShapeError when the sizes differ, ValueError when a label is not in [0, classes) or
/// smoothing not in [0, 1).
template <typename S>
LossSum softmax_cross_entropy(const ConstMatrixRef<S>& logits, std::span<const Label> labels, double smoothing, S scale,
                              MatrixRef<S> gradient);

/// Knowledge distillation (Hinton, Vinyals and Dean 2015, arXiv:1503.02531): turns the gradient of a loss whose targets
/// were t into that of (1 - share) * t + share * softmax(teacher), where t sums to 1.
///
/// logits, teacher: classes x n, of what learns and of what it learns from. gradient: classes x n,
/// (softmax(logits) - t) * `scale`. Throws ShapeError when the sizes differ.
template <typename S>
void distil(const ConstMatrixRef<S>& logits, const ConstMatrixRef<S>& teacher, double share, S scale,
            MatrixRef<S> gradient);

#ifdef INKLING_COMPILED
extern template void distil<float>(const ConstMatrixRef<float>&, const ConstMatrixRef<float>&, double, float,
                                   MatrixRef<float>);
extern template void distil<double>(const ConstMatrixRef<double>&, const ConstMatrixRef<double>&, double, double,
                                    MatrixRef<double>);
extern template LossSum softmax_cross_entropy<float>(const ConstMatrixRef<float>&, std::span<const Label>, double,
                                                     float, MatrixRef<float>);
extern template LossSum softmax_cross_entropy<double>(const ConstMatrixRef<double>&, std::span<const Label>, double,
                                                      double, MatrixRef<double>);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/loss.ipp>
#endif
