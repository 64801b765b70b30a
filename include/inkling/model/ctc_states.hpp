#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/log_add.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

/// How a LineModel's steps spell labels: what its training (nn::ctc_loss) and its reading (find_texts) have in common.
namespace inkling::inline INKLING_ABI::detail {

/// The states that spell some labels: a blank before, between and after them. State s is label s / 2 when s is odd.
/// From one step to the next a state stays, follows the one before it, or leaps over the blank between two labels that
/// differ.
class CtcStates {
 public:
  CtcStates(std::span<const Label> labels, Index blank) : labels_(labels), blank_(blank) {}

  Index size() const noexcept { return 2 * static_cast<Index>(labels_.size()) + 1; }
  Index class_of(Index s) const noexcept {
    return s % 2 == 0 ? blank_ : static_cast<Index>(labels_[static_cast<std::size_t>(s / 2)]);
  }
  /// Whether state s may follow state s - 2.
  bool leaps(Index s) const noexcept { return s >= 2 && s % 2 == 1 && class_of(s) != class_of(s - 2); }

 private:
  std::span<const Label> labels_;
  Index blank_;
};

/// States x steps: the ways to come to state s at step t, that step included; join(a, b) makes one of two: log_add
/// their probability together, the larger one that of the best. steps: (classes + 1) x steps, log-probabilities.
template <typename Steps, typename Join>
MatrixOf<double> ctc_forward(const CtcStates& states, const Steps& steps, const Join& join) {
  MatrixOf<double> way =
      MatrixOf<double>::Constant(states.size(), steps.cols(), -std::numeric_limits<double>::infinity());
  const auto says = [&](Index s, Index t) { return static_cast<double>(steps(states.class_of(s), t)); };
  for (Index s = 0; s < std::min<Index>(2, states.size()); ++s) way(s, 0) = says(s, 0);
  for (Index t = 1; t < way.cols(); ++t) {
    for (Index s = 0; s < states.size(); ++s) {
      double from = way(s, t - 1);
      if (s >= 1) from = join(from, way(s - 1, t - 1));
      if (states.leaps(s)) from = join(from, way(s - 2, t - 1));
      way(s, t) = from + says(s, t);
    }
  }
  return way;
}

/// The log-probability of all ways, those that end with the last label and those that end with a blank behind it.
inline double ctc_total(const MatrixOf<double>& way) {
  const Index last = way.cols() - 1;
  const double blank = way(way.rows() - 1, last);
  return way.rows() == 1 ? blank : log_add(blank, way(way.rows() - 2, last));
}

}  // namespace inkling::inline INKLING_ABI::detail
