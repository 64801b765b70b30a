#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::nn {

/// Connectionist temporal classification (Graves, Fernandez, Gomez and Schmidhuber 2006, "Connectionist Temporal
/// Classification: Labelling Unsegmented Sequence Data with Recurrent Neural Networks"): the loss of a sequence of
/// steps whose labels are known in their order, but not where they stand.
///
/// Each step says one class or the blank, which is the last class. A text is spelled by every sequence of steps that
/// gives it once repeats are taken together and then blanks taken out: a a - b b and - a b - b spell different texts,
/// ab and abb. The probability of the text is the sum over all of them.
///
/// logits: classes x steps of one line, the blank's in the last row. gradient (classes x steps, overwritten):
/// dLoss/dlogits * `scale`. Returns the loss, -log P(labels | logits), 0 or more. Throws ShapeError when the gradient
/// has another size or there is no step; ValueError when a label is not in [0, classes - 1), and when the steps are too
/// few: a label needs one each, and one more for a blank where the label before it is the same.
template <typename S>
double ctc_loss(const ConstMatrixRef<S>& logits, std::span<const Label> labels, S scale, MatrixRef<S> gradient);

/// The fewest steps that can spell the labels.
Index ctc_least_steps(std::span<const Label> labels) noexcept;

#ifdef INKLING_COMPILED
extern template double ctc_loss<float>(const ConstMatrixRef<float>&, std::span<const Label>, float, MatrixRef<float>);
extern template double ctc_loss<double>(const ConstMatrixRef<double>&, std::span<const Label>, double,
                                        MatrixRef<double>);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/ctc_loss.ipp>
#endif
