#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/class_meaning.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The classes in which a model is scored on a data set that may have other classes: characters are compared, not
/// numbers. The two cases of a letter are one scoring class when the model or the data set merges them; so a model of
/// EMNIST's bymerge is scored on byclass in its own 47 classes, and on letters in the 26 of letters.
///
///     const ScoringClasses classes = scoring_classes(model.class_names(), data.class_names());
///     const Matrix probabilities = classes.of_model(model.probabilities(images));  // scoring classes x samples
///     const std::vector<Label> truth = classes.of_data(data.labels());
///
/// From here on every metric works with numbers again. Adding the probabilities of classes that became one is what
/// makes the best class the best character; without merging, they are the model's own numbers in another order.
struct ScoringClasses {
  std::vector<std::string> names;  // the data set's in their order, then those only the model has
  std::vector<Label> model_class;  // of each class of the model, the scoring class
  std::vector<Label> data_class;   // of each class of the data set, the scoring class

  /// probabilities: model classes x samples. Result: scoring classes x samples; a class that the model does not know
  /// has probability 0. Throws ShapeError unless there is one row for each class of the model.
  Matrix of_model(const Matrix& probabilities) const;

  /// The scoring class of each label of the data set. Throws ValueError for a label that it does not have.
  std::vector<Label> of_data(const std::vector<Label>& labels) const;
};

/// Throws nothing: lists with nothing in common give classes that are never right.
ScoringClasses scoring_classes(const std::vector<std::string>& model_classes,
                               const std::vector<std::string>& data_classes);

inline ScoringClasses scoring_classes(const std::vector<std::string>& model_classes,
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

inline Matrix ScoringClasses::of_model(const Matrix& probabilities) const {
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

inline std::vector<Label> ScoringClasses::of_data(const std::vector<Label>& labels) const {
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
