#pragma once

#include <inkling/model/confusion_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE ConfusionMatrix::ConfusionMatrix(Index num_classes) {
  if (num_classes <= 0) {
    throw ValueError("ConfusionMatrix: at least one class is needed, got " + std::to_string(num_classes));
  }
  counts_.setZero(num_classes, num_classes);
}

INKLING_INLINE ConfusionMatrix::ConfusionMatrix(std::span<const Label> truth, std::span<const Label> predicted,
                                                Index num_classes)
    : ConfusionMatrix(num_classes) {
  if (truth.size() != predicted.size()) {
    throw ShapeError("ConfusionMatrix: " + std::to_string(truth.size()) + " true labels but " +
                     std::to_string(predicted.size()) + " predictions");
  }
  for (std::size_t i = 0; i < truth.size(); ++i) add(truth[i], predicted[i]);
}

INKLING_INLINE void ConfusionMatrix::add(Label truth, Label predicted) {
  check_label(truth);
  check_label(predicted);
  ++counts_(truth, predicted);
}

INKLING_INLINE void ConfusionMatrix::check_label(Label label) const {
  if (label >= 0 && label < num_classes()) return;
  throw ValueError("ConfusionMatrix: label " + std::to_string(label) + " is not in 0.." +
                   std::to_string(num_classes() - 1));
}

INKLING_INLINE Index ConfusionMatrix::operator()(Label truth, Label predicted) const {
  check_label(truth);
  check_label(predicted);
  return counts_(truth, predicted);
}

INKLING_INLINE double ConfusionMatrix::accuracy() const {
  const Index all = samples();
  return all == 0 ? 0 : static_cast<double>(counts_.trace()) / static_cast<double>(all);
}

INKLING_INLINE ConfusionMatrix::ClassMetrics ConfusionMatrix::of_class(Label c) const {
  const auto ratio = [](Index part, Index whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  check_label(c);
  const Index right = counts_(c, c);
  const Index support = counts_.row(c).sum();
  const Index chosen = counts_.col(c).sum();
  return {.precision = ratio(right, chosen),
          .recall = ratio(right, support),
          .f1 = ratio(2 * right, chosen + support),
          .support = support};
}

INKLING_INLINE double ConfusionMatrix::macro_f1() const {
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

INKLING_INLINE std::vector<ConfusionMatrix::Confusion> ConfusionMatrix::most_confused(Index limit) const {
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
