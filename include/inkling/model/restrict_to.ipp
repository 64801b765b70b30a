#pragma once

#include <inkling/core/error.hpp>
#include <inkling/model/restrict_to.hpp>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Matrix restrict_to(const CharSet& set, const std::vector<std::string>& class_names,
                                  const Matrix& probabilities) {
  if (probabilities.rows() != static_cast<Index>(class_names.size())) {
    throw ShapeError("restrict_to: expected a row for each of " + std::to_string(class_names.size()) +
                     " classes, got " + std::to_string(probabilities.rows()));
  }
  const std::vector<Label> admitted = admitted_classes(set, class_names);
  if (admitted.size() == class_names.size()) return probabilities;

  Matrix result = Matrix::Zero(probabilities.rows(), probabilities.cols());
  const float even = 1 / static_cast<float>(admitted.size());
  for (Index n = 0; n < result.cols(); ++n) {
    float sum = 0;
    for (const Label label : admitted) sum += probabilities(label, n);
    for (const Label label : admitted) result(label, n) = sum > 0 ? probabilities(label, n) / sum : even;
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
