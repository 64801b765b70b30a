#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <string>

namespace inkling::inline INKLING_ABI::detail {

/// Calls `visit` with the model as what it is. Throws ValueError for a Classifier that is not of this library, because
/// nothing is known of its file format.
template <typename Visit>
auto visit_model(const Classifier& model, const Visit& visit) {
  if (const auto* network = dynamic_cast<const nn::NetworkClassifier*>(&model)) return visit(*network);
  if (const auto* svm = dynamic_cast<const LinearSvm*>(&model)) return visit(*svm);
  if (const auto* forest = dynamic_cast<const RandomForest*>(&model)) return visit(*forest);
  throw ValueError("a model of kind \"" + std::string(model.kind()) + "\" cannot be written to a file");
}

}  // namespace inkling::inline INKLING_ABI::detail
