#pragma once

#include <inkling/model/class_meaning.hpp>
#include <inkling/model/scoring_classes.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE ScoringClasses scoring_classes(const std::vector<std::string>& model_classes,
                                              const std::vector<std::string>& data_classes) {
  const std::vector<ClassMeaning> of_model = class_meanings(model_classes);
  const std::vector<ClassMeaning> of_data = class_meanings(data_classes);

  // Where either list merges two cases, both go by the name of the merging class, and by the data set's if both do.
  std::vector<std::pair<std::string, std::string>> renamed;  // from, to
  const auto new_name = [&](const std::string& name) {
    return std::find_if(renamed.begin(), renamed.end(), [&](const auto& pair) { return pair.first == name; });
  };
  for (const auto* meanings : {&of_data, &of_model}) {
    for (const ClassMeaning& meaning : *meanings) {
      if (!meaning.merged() || new_name(meaning.name) != renamed.end()) continue;
      renamed.emplace_back(meaning.other_case, meaning.name);
    }
  }

  ScoringClasses result;
  const auto number_of = [&](std::string name) {
    if (const auto to = new_name(name); to != renamed.end()) name = to->second;
    const auto known = std::find(result.names.begin(), result.names.end(), name);
    const auto number = static_cast<Label>(known - result.names.begin());
    if (known == result.names.end()) result.names.push_back(std::move(name));
    return number;
  };
  for (const std::string& name : data_classes) result.data_class.push_back(number_of(name));
  for (const std::string& name : model_classes) result.model_class.push_back(number_of(name));
  return result;
}

INKLING_INLINE Matrix ScoringClasses::of_model(const Matrix& probabilities) const {
  if (probabilities.rows() != static_cast<Index>(model_class.size())) {
    throw ShapeError("ScoringClasses: expected a row for each of the model's " + std::to_string(model_class.size()) +
                     " classes, got " + std::to_string(probabilities.rows()));
  }
  Matrix result = Matrix::Zero(static_cast<Index>(names.size()), probabilities.cols());
  for (Index c = 0; c < probabilities.rows(); ++c) {
    result.row(model_class[static_cast<std::size_t>(c)]) += probabilities.row(c);
  }
  return result;
}

INKLING_INLINE std::vector<Label> ScoringClasses::of_data(const std::vector<Label>& labels) const {
  std::vector<Label> result;
  result.reserve(labels.size());
  for (const Label label : labels) {
    if (label < 0 || static_cast<std::size_t>(label) >= data_class.size()) {
      throw ValueError("ScoringClasses: label " + std::to_string(label) + " is not in 0.." +
                       std::to_string(static_cast<Index>(data_class.size()) - 1));
    }
    result.push_back(data_class[static_cast<std::size_t>(label)]);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
