#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/fingerprint.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/one_vs_rest.hpp>
#include <inkling/svm/detail/problem.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>
#include <inkling/svm/options.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace svm::detail {

/// Throws ValueError when there is nothing to learn from or an option is out of range.
inline void check(const SvmOptions& options, Index samples, std::size_t classes) {
  if (samples == 0) throw ValueError("LinearSvm: there are no samples to learn from");
  options.check();
  if (!options.class_weights.empty() && options.class_weights.size() != classes) {
    throw ValueError("SvmOptions::class_weights: expected " + std::to_string(classes) + " class weights, got " +
                     std::to_string(options.class_weights.size()));
  }
}

/// Weights and biases to start from; empty: zeros.
inline OneVsRest start_of(const SvmOptions& options, Index features, std::size_t classes) {
  if (options.start == nullptr) return {};
  const Matrix& weights = options.start->weights();
  if (weights.rows() != features || static_cast<std::size_t>(weights.cols()) != classes) {
    throw ShapeError("LinearSvm: expected a machine of " + std::to_string(features) + " features and " +
                     std::to_string(classes) + " classes to start from, got " + std::to_string(weights.rows()) +
                     " and " + std::to_string(weights.cols()));
  }
  return {weights, options.start->bias(), {}};
}

}  // namespace svm::detail

INKLING_INLINE LinearSvm fit_svm(Dataset dataset, const SvmOptions& options) {
  constexpr float scale = 1.0F / 255.0F;
  constexpr Index batch = 4096;  // images whose features are on their way
  const std::vector<std::string>& class_names = dataset.class_names();
  svm::detail::check(options, dataset.size(), class_names.size());
  const std::optional<Hog> hog =
      options.hog ? std::optional<Hog>(std::in_place, dataset.image_shape(), *options.hog) : std::nullopt;
  const Index features = hog ? hog->size() : dataset.image_shape().size();
  if (options.ranks != nullptr) require_same(*options.ranks, fingerprint(dataset), "the training data");
  svm::detail::DenseSamples<std::uint8_t> samples(features, dataset.size(), scale, options.bias ? 255 : 0);
  const std::vector<Label> labels = dataset.labels();
  while (dataset.size() > 0) {  // the images go as their features come
    const Index first = (dataset.size() - 1) / batch * batch;
    Pixels values = dataset.remove_last(dataset.size() - first);
    if (hog) values = hog->byte_features(values, options.threads, options.ranks);
    for (Index i = 0; i < values.cols(); ++i) samples.set(first + i, values.col(i).data());
  }
  const svm::detail::Problem problem = svm::detail::make_problem(labels, class_names.size(), options);
  svm::detail::OneVsRest trained =
      svm::detail::train(samples, problem, svm::detail::start_of(options, features, class_names.size()), options);
  return {dataset.image_shape(),   class_names, std::move(trained.weights),
          std::move(trained.bias), options.hog, std::move(trained.convergence)};
}

INKLING_INLINE LinearSvm fit_svm(const Matrix& features, std::span<const Label> labels,
                                 std::vector<std::string> class_names, const SvmOptions& options) {
  if (static_cast<std::size_t>(features.cols()) != labels.size()) {
    throw ShapeError("LinearSvm: " + std::to_string(features.cols()) + " samples but " + std::to_string(labels.size()) +
                     " labels");
  }
  svm::detail::check(options, features.cols(), class_names.size());
  require<ValueError>(features.allFinite(), "LinearSvm: a feature is not a finite number");
  const auto outside = std::find_if(labels.begin(), labels.end(), [&](Label label) {
    return label < 0 || static_cast<std::size_t>(label) >= class_names.size();
  });
  if (outside != labels.end()) {
    throw ValueError("LinearSvm: label " + std::to_string(*outside) + " of " + std::to_string(class_names.size()) +
                     " classes");
  }
  if (options.ranks != nullptr) {  // others would give a machine that nobody else gets
    Fingerprint sum(labels.size());
    sum.add(labels.data(), labels.size_bytes());
    sum.add(features.data(), static_cast<std::size_t>(features.size()) * sizeof(float));
    require_same(*options.ranks, sum.value(), "the training data");
  }
  svm::detail::DenseSamples<float> samples(features.rows(), features.cols(), 1, options.bias ? 1.0F : 0.0F);
  for (Index i = 0; i < features.cols(); ++i) samples.set(i, features.col(i).data());
  const svm::detail::Problem problem = svm::detail::make_problem(labels, class_names.size(), options);
  svm::detail::OneVsRest trained = svm::detail::train(
      samples, problem, svm::detail::start_of(options, features.rows(), class_names.size()), options);
  return {
      Shape{1, 1, features.rows()},  std::move(class_names), std::move(trained.weights), std::move(trained.bias), {},
      std::move(trained.convergence)};
}

}  // namespace inkling::inline INKLING_ABI
