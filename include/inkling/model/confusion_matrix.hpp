#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <span>
#include <string>
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

  /// The number of samples of class `truth` that were taken for `predicted`.
  Index operator()(Label truth, Label predicted) const { return counts_(truth, predicted); }
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
  MatrixOf<Index> counts_;  // true class x predicted class
};

inline ConfusionMatrix::ConfusionMatrix(Index num_classes) {
  if (num_classes <= 0) {
    throw ValueError("ConfusionMatrix: at least one class is needed, got " + std::to_string(num_classes));
  }
  counts_.setZero(num_classes, num_classes);
}

inline ConfusionMatrix::ConfusionMatrix(std::span<const Label> truth, std::span<const Label> predicted,
                                        Index num_classes)
    : ConfusionMatrix(num_classes) {
  if (truth.size() != predicted.size()) {
    throw ShapeError("ConfusionMatrix: " + std::to_string(truth.size()) + " true labels but " +
                     std::to_string(predicted.size()) + " predictions");
  }
  for (std::size_t i = 0; i < truth.size(); ++i) add(truth[i], predicted[i]);
}

inline void ConfusionMatrix::add(Label truth, Label predicted) {
  for (const Label label : {truth, predicted}) {
    if (label < 0 || label >= num_classes()) {
      throw ValueError("ConfusionMatrix: label " + std::to_string(label) + " is not in 0.." +
                       std::to_string(num_classes() - 1));
    }
  }
  ++counts_(truth, predicted);
}

inline double ConfusionMatrix::accuracy() const {
  const Index all = samples();
  return all == 0 ? 0 : static_cast<double>(counts_.trace()) / static_cast<double>(all);
}

inline ConfusionMatrix::ClassMetrics ConfusionMatrix::of_class(Label c) const {
  const auto ratio = [](Index part, Index whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  const Index right = counts_(c, c);
  const Index support = counts_.row(c).sum();
  const Index chosen = counts_.col(c).sum();
  return {.precision = ratio(right, chosen),
          .recall = ratio(right, support),
          .f1 = ratio(2 * right, chosen + support),
          .support = support};
}

inline double ConfusionMatrix::macro_f1() const {
  double sum = 0;
  Index classes = 0;
  for (Label c = 0; c < num_classes(); ++c) {
    const ClassMetrics metrics = of_class(c);
    if (metrics.support == 0) continue;
    sum += metrics.f1;
    ++classes;
  }
  return classes == 0 ? 0 : sum / static_cast<double>(classes);
}

inline std::vector<ConfusionMatrix::Confusion> ConfusionMatrix::most_confused(Index limit) const {
  std::vector<Confusion> pairs;
  for (Label truth = 0; truth < num_classes(); ++truth) {
    for (Label predicted = 0; predicted < num_classes(); ++predicted) {
      const Index count = counts_(truth, predicted);
      if (truth != predicted && count > 0) pairs.push_back({truth, predicted, count});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  pairs.resize(std::min(pairs.size(), static_cast<std::size_t>(std::max<Index>(limit, 0))));
  return pairs;
}

}  // namespace inkling::inline INKLING_ABI
