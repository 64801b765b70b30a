#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <string>
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

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/scoring_classes.ipp>
#endif
