#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE LinearSvm::LinearSvm(Shape input, std::vector<std::string> class_names, Matrix weights, Vector bias,
                                    std::optional<HogOptions> hog, std::vector<SvmConvergence> convergence)
    : Classifier(input, std::move(class_names)),
      weights_(std::move(weights)),
      bias_(std::move(bias)),
      convergence_(std::move(convergence)) {
  if (hog) hog_.emplace(input, std::move(*hog));
  const Index features = hog_ ? hog_->size() : input_shape().size();
  if (weights_.rows() != features || weights_.cols() != num_classes() || bias_.size() != num_classes()) {
    throw ShapeError("LinearSvm: expected weights of " + std::to_string(features) + " x " +
                     std::to_string(num_classes()) + " and as many biases as classes, got " +
                     std::to_string(weights_.rows()) + " x " + std::to_string(weights_.cols()) + " and " +
                     std::to_string(bias_.size()));
  }
  const auto finite = [](float value) { return std::isfinite(value); };
  require<ValueError>(std::all_of(weights_.data(), weights_.data() + weights_.size(), finite) &&
                          std::all_of(bias_.data(), bias_.data() + bias_.size(), finite),
                      "LinearSvm: a weight or bias is not a finite number");
}

INKLING_INLINE Matrix LinearSvm::margins(const Matrix& features, int threads) const {
  if (features.rows() != weights_.rows()) {
    throw ShapeError("LinearSvm: expected " + std::to_string(weights_.rows()) + " features a sample, got " +
                     std::to_string(features.rows()));
  }
  constexpr Index block = 64;  // samples a task
  Matrix result(num_classes(), features.cols());
  parallel_for((features.cols() + block - 1) / block, threads, [&](Index b, int) {
    Vector x(weights_.rows());  // aligned memory: the bits of a sample do not depend on its place
    for (Index i = b * block; i < std::min(features.cols(), (b + 1) * block); ++i) {
      x = features.col(i);
      result.col(i) = bias_;
      result.col(i).noalias() += weights_.transpose() * x;
    }
  });
  return result;
}

INKLING_INLINE void LinearSvm::compute_scores(const Pixels& images, Matrix& result, int threads) const {
  constexpr Index batch = 1024;  // images, whose features are 16 times as large or more
  for (Index first = 0; first < images.cols(); first += batch) {
    const Index count = std::min(batch, images.cols() - first);
    const Pixels some = images.middleCols(first, count);
    const Matrix features = hog_ ? hog_->features(some, threads) : Matrix(some.cast<float>() * (1.0F / 255.0F));
    result.middleCols(first, count) = margins(features, threads);
  }
}

INKLING_INLINE void LinearSvm::set_sigmoids(std::vector<PlattSigmoid> sigmoids) {
  if (!sigmoids.empty() && static_cast<Index>(sigmoids.size()) != num_classes()) {
    throw ShapeError("LinearSvm: expected " + std::to_string(num_classes()) + " sigmoids, got " +
                     std::to_string(sigmoids.size()));
  }
  for (const PlattSigmoid& sigmoid : sigmoids) check_sigmoid(sigmoid);
  sigmoids_ = std::move(sigmoids);
}

INKLING_INLINE Matrix LinearSvm::to_probabilities(Matrix margins) const {
  return sigmoids_.empty() ? Classifier::to_probabilities(std::move(margins)) : apply_sigmoids(sigmoids_, margins);
}

}  // namespace inkling::inline INKLING_ABI
