#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/training/loss.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE auto LossSum::operator+=(const LossSum& other) noexcept -> LossSum& {
  loss += other.loss;
  correct += other.correct;
  return *this;
}

template <typename S>
LossSum softmax_cross_entropy(const ConstMatrixRef<S>& logits, std::span<const Label> labels, double smoothing, S scale,
                              MatrixRef<S> gradient) {
  const Index classes = logits.rows();
  in_range("softmax_cross_entropy: smoothing", smoothing, {.low = 0, .high = 1, .below_high = true});
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

template <typename S>
void distil(const ConstMatrixRef<S>& logits, const ConstMatrixRef<S>& teacher, double share, S scale,
            MatrixRef<S> gradient) {
  const auto fits = [&](const auto& other) { return other.rows() == logits.rows() && other.cols() == logits.cols(); };
  if (!fits(teacher) || !fits(gradient)) {
    throw ShapeError("distil: expected " + std::to_string(logits.rows()) + " x " + std::to_string(logits.cols()) +
                     " logits of the teacher and of the gradient, got " + std::to_string(teacher.rows()) + " x " +
                     std::to_string(teacher.cols()) + " and " + std::to_string(gradient.rows()) + " x " +
                     std::to_string(gradient.cols()));
  }
  const auto probabilities = [](const auto& column) -> VectorOf<S> {
    const VectorOf<S> exponentials = (column.array() - column.maxCoeff()).exp();
    return exponentials / exponentials.sum();
  };
  const S part = static_cast<S>(share);
  for (Index i = 0; i < logits.cols(); ++i) {
    const VectorOf<S> apart = probabilities(logits.col(i)) - probabilities(teacher.col(i));
    gradient.col(i) = (1 - part) * gradient.col(i) + part * scale * apart;
  }
}

#ifdef INKLING_COMPILED
template void distil<float>(const ConstMatrixRef<float>&, const ConstMatrixRef<float>&, double, float,
                            MatrixRef<float>);
template void distil<double>(const ConstMatrixRef<double>&, const ConstMatrixRef<double>&, double, double,
                             MatrixRef<double>);
template LossSum softmax_cross_entropy<float>(const ConstMatrixRef<float>&, std::span<const Label>, double, float,
                                              MatrixRef<float>);
template LossSum softmax_cross_entropy<double>(const ConstMatrixRef<double>&, std::span<const Label>, double, double,
                                               MatrixRef<double>);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
