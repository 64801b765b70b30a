#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// How often each class was taken for each other. Rows are the true class, columns the predicted one.
class ConfusionMatrix {
 public:
  /// Throws ValueError unless num_classes > 0.
  explicit ConfusionMatrix(Index num_classes);

  /// Throws ShapeError unless there is one prediction for each true label, ValueError when a label is not in
  /// [0, num_classes).
  ConfusionMatrix(std::span<const Label> truth, std::span<const Label> predicted, Index num_classes);

  /// Counts one sample. Throws ValueError when a label is not in [0, num_classes).
  void add(Label truth, Label predicted);

  /// The number of samples of class `truth` that were taken for `predicted`. Throws ValueError as add.
  Index operator()(Label truth, Label predicted) const;
  /// true class x predicted class
  const MatrixOf<Index>& counts() const noexcept { return counts_; }
  Index num_classes() const noexcept { return counts_.rows(); }
  Index samples() const { return counts_.sum(); }

  /// The share of samples that were right; 0 without samples.
  double accuracy() const;

  /// A ratio whose denominator is 0 is 0.
  struct ClassMetrics {
    double precision = 0;  // right among those predicted as the class
    double recall = 0;     // right among those of the class
    double f1 = 0;         // harmonic mean of the two
    Index support = 0;     // samples of the class
  };
  /// Throws ValueError when the class is not in [0, num_classes).
  ClassMetrics of_class(Label c) const;

  /// The mean F1 of the classes that have samples; 0 without samples.
  double macro_f1() const;

  struct Confusion {
    Label truth = 0;
    Label predicted = 0;
    Index count = 0;
    bool operator==(const Confusion&) const = default;
  };
  /// The pairs of different classes that were confused most often, at most `limit` of them, the most frequent first and
  /// equal ones in the order of the classes.
  std::vector<Confusion> most_confused(Index limit) const;

 private:
  void check_label(Label label) const;

  MatrixOf<Index> counts_;  // true class x predicted class
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/confusion_matrix.ipp>
#endif
