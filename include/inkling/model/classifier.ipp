#pragma once

#include <inkling/core/range.hpp>
#include <inkling/model/classifier.hpp>

#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Recognition Classifier::recognise(const Pixels& images, int threads) const {
  return {.probabilities = probabilities(images, threads)};
}

INKLING_INLINE std::vector<Label> best_classes(const Matrix& scores) {
  std::vector<Label> best(static_cast<std::size_t>(scores.cols()));
  for (Index i = 0; i < scores.cols(); ++i) {
    Label top = 0;
    for (Label c = 1; c < scores.rows(); ++c) {
      if (scores(c, i) > scores(top, i)) top = c;
    }
    best[static_cast<std::size_t>(i)] = top;
  }
  return best;
}

namespace detail {

inline constexpr double largest_temperature = 1e9;

}  // namespace detail

INKLING_INLINE Matrix softmax(const Matrix& scores, float temperature, Vector* evidence) {
  in_range("softmax: temperature", temperature, {.low = 0, .high = detail::largest_temperature, .above_low = true});
  require<ShapeError>(scores.rows() > 0 || scores.cols() == 0, "softmax: expected at least one class, got none");
  require<ShapeError>(evidence == nullptr || evidence->size() == scores.cols(),
                      "softmax: expected room for the evidence of each sample");
  Matrix result(scores.rows(), scores.cols());
  Vector column(scores.rows());  // aligned memory: the bits of a sample do not depend on its place in the batch
  for (Index i = 0; i < scores.cols(); ++i) {
    const float largest = scores.col(i).maxCoeff();
    column = ((scores.col(i).array() - largest) / temperature).exp();
    const float sum = column.sum();
    result.col(i) = column / sum;
    if (evidence != nullptr) (*evidence)(i) = largest / temperature + std::log(sum);
  }
  return result;
}

INKLING_INLINE Matrix vote_logits(const Matrix& shares) {
  constexpr float least = 1e-4F;
  Matrix logits(shares.rows(), shares.cols());
  Vector column(shares.rows());  // aligned memory: the bits of a sample do not depend on its place in the batch
  for (Index i = 0; i < shares.cols(); ++i) {
    column = shares.col(i).array().max(least).log();
    logits.col(i) = column;
  }
  return logits;
}

INKLING_INLINE Classifier::Classifier(Shape input_shape, std::vector<std::string> class_names)
    : input_shape_(input_shape), class_names_(std::move(class_names)) {
  input_shape_.check("Classifier");
  require<ValueError>(!class_names_.empty(), "Classifier: at least one class is needed");
}

INKLING_INLINE void Classifier::check(const Pixels& images) const {
  if (images.rows() != input_shape_.size()) {
    throw ShapeError("Classifier: expected images of " + to_string(input_shape_) + " (" +
                     std::to_string(input_shape_.size()) + " bytes a column), got " + std::to_string(images.rows()));
  }
}

INKLING_INLINE Matrix Classifier::scores(const Pixels& images, int threads) const {
  check(images);
  Matrix result(num_classes(), images.cols());
  if (images.cols() > 0) compute_scores(images, result, threads);
  return result;
}

INKLING_INLINE Matrix Classifier::probabilities(const Pixels& images, int threads) const {
  return to_probabilities(scores(images, threads));
}

INKLING_INLINE Matrix Classifier::feature_scores(const Matrix& features, int threads) const {
  return compute_feature_scores(features, threads);
}

INKLING_INLINE Matrix Classifier::feature_probabilities(const Matrix& features, int threads) const {
  return to_probabilities(feature_scores(features, threads));
}

INKLING_INLINE Matrix Classifier::compute_feature_scores(const Matrix&, int) const {
  throw ValueError("Classifier: this " + std::string(kind()) + " learned from images and takes no plain features");
}

INKLING_INLINE Matrix Classifier::to_probabilities(Matrix scores) const {
  if (score_kind() == ScoreKind::margin) return softmax(scores, temperature_);
  if (score_kind() == ScoreKind::vote && temperature_ != 1) return softmax(vote_logits(scores), temperature_);
  return scores;
}

INKLING_INLINE std::vector<Label> Classifier::predict(const Pixels& images, int threads) const {
  return best_classes(scores(images, threads));
}

INKLING_INLINE void Classifier::set_temperature(float temperature) {
  in_range("Classifier: temperature", temperature, {.low = 0, .high = detail::largest_temperature, .above_low = true});
  temperature_ = temperature;
}

}  // namespace inkling::inline INKLING_ABI
