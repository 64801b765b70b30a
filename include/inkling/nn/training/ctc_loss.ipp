#pragma once

#include <inkling/core/log_add.hpp>
#include <inkling/model/ctc_states.hpp>
#include <inkling/nn/training/ctc_loss.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::nn {

namespace detail {

/// States x steps: the log-probability of all ways from state s at step t to the end, that step left out.
inline MatrixOf<double> ctc_backward(const inkling::detail::CtcStates& states,
                                     const MatrixOf<double>& log_probability) {
  constexpr double never = -std::numeric_limits<double>::infinity();
  const Index last = log_probability.cols() - 1;
  MatrixOf<double> way = MatrixOf<double>::Constant(states.size(), last + 1, never);
  for (Index s = std::max<Index>(0, states.size() - 2); s < states.size(); ++s) way(s, last) = 0;
  for (Index t = last; t-- > 0;) {
    const auto through = [&](Index s) { return way(s, t + 1) + log_probability(states.class_of(s), t + 1); };
    for (Index s = 0; s < states.size(); ++s) {
      double to = through(s);
      if (s + 1 < states.size()) to = inkling::detail::log_add(to, through(s + 1));
      if (s + 2 < states.size() && states.leaps(s + 2)) to = inkling::detail::log_add(to, through(s + 2));
      way(s, t) = to;
    }
  }
  return way;
}

/// Of each column.
template <typename S>
MatrixOf<double> log_softmax(const ConstMatrixRef<S>& logits) {
  MatrixOf<double> result(logits.rows(), logits.cols());
  for (Index t = 0; t < logits.cols(); ++t) {
    double largest = static_cast<double>(logits(0, t));
    for (Index c = 1; c < logits.rows(); ++c) largest = std::max(largest, static_cast<double>(logits(c, t)));
    double sum = 0;
    for (Index c = 0; c < logits.rows(); ++c) sum += std::exp(static_cast<double>(logits(c, t)) - largest);
    for (Index c = 0; c < logits.rows(); ++c) {
      result(c, t) = static_cast<double>(logits(c, t)) - largest - std::log(sum);
    }
  }
  return result;
}

}  // namespace detail

INKLING_INLINE Index ctc_least_steps(std::span<const Label> labels) noexcept {
  auto steps = static_cast<Index>(labels.size());
  for (std::size_t i = 1; i < labels.size(); ++i) steps += labels[i] == labels[i - 1] ? 1 : 0;
  return steps;
}

template <typename S>
double ctc_loss(const ConstMatrixRef<S>& logits, std::span<const Label> labels, S scale, MatrixRef<S> gradient) {
  const Index blank = logits.rows() - 1;
  if (logits.cols() < 1 || gradient.rows() != logits.rows() || gradient.cols() != logits.cols()) {
    throw ShapeError("ctc_loss: logits of " + std::to_string(logits.rows()) + " classes x " +
                     std::to_string(logits.cols()) + " steps, a gradient of " + std::to_string(gradient.rows()) +
                     " x " + std::to_string(gradient.cols()));
  }
  for (const Label label : labels) {
    if (label >= 0 && label < blank) continue;
    throw ValueError("ctc_loss: label " + std::to_string(label) + " is not in 0.." + std::to_string(blank - 1));
  }
  if (ctc_least_steps(labels) > logits.cols()) {
    throw ValueError("ctc_loss: the labels need " + std::to_string(ctc_least_steps(labels)) + " steps, got " +
                     std::to_string(logits.cols()));
  }
  const inkling::detail::CtcStates states(labels, blank);
  const MatrixOf<double> log_probability = detail::log_softmax<S>(logits);
  const MatrixOf<double> before = inkling::detail::ctc_forward(states, log_probability, inkling::detail::log_add);
  const MatrixOf<double> after = detail::ctc_backward(states, log_probability);
  const double total = inkling::detail::ctc_total(before);
  // dLoss/dlogit = the probability that the step says the class - the same, given that the line spells the labels
  for (Index t = 0; t < logits.cols(); ++t) {
    for (Index c = 0; c <= blank; ++c) gradient(c, t) = scale * static_cast<S>(std::exp(log_probability(c, t)));
    for (Index s = 0; s < states.size(); ++s) {
      gradient(states.class_of(s), t) -= scale * static_cast<S>(std::exp(before(s, t) + after(s, t) - total));
    }
  }
  return std::max(-total, 0.0);  // in this order, for what is not a number stays so
}

#ifdef INKLING_COMPILED
template double ctc_loss<float>(const ConstMatrixRef<float>&, std::span<const Label>, float, MatrixRef<float>);
template double ctc_loss<double>(const ConstMatrixRef<double>&, std::span<const Label>, double, MatrixRef<double>);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
