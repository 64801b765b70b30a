#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/one_vs_rest.hpp>
#include <inkling/svm/options.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Linear support vector machine, one class against the rest, L2-regularised. Scores are margins: signed, and
/// comparable between classes, but not probabilities. See svm::Newton (squared hinge loss) and
/// svm::DualCoordinateDescent (hinge loss) for how it is trained.
///
///     const LinearSvm svm = LinearSvm::fit(train, {.c = 0.3, .hog = HogOptions{}});
///     const std::vector<Label> predicted = svm.predict(test.pixels());
///
/// A pixel p counts as p / 255. With HOG, the machine is linear in the features of an image; it still takes pixels. A
/// class without samples is learned as "never": its margins are negative on the training data.
class LinearSvm final : public Classifier {
 public:
  /// Throws ValueError when the data is empty or an option is out of range; ShapeError when options.start has another
  /// shape, and as Hog does.
  static LinearSvm fit(const Dataset& dataset, const SvmOptions& options = {});

  /// features: features x samples, best with values of order 1; labels: one per sample in [0, class_names.size()).
  /// options.hog is ignored. Throws ShapeError when the sizes differ, ValueError as above and when a label is out of
  /// range or a feature is not finite.
  static LinearSvm fit(const Matrix& features, std::span<const Label> labels, std::vector<std::string> class_names,
                       const SvmOptions& options = {});

  /// A trained machine. weights: features x classes, for the HOG features of an image if there are, or else for its
  /// pixels scaled to [0, 1]; bias: classes.
  /// Throws ShapeError when the sizes differ, ValueError when a number is not finite.
  LinearSvm(Shape input, std::vector<std::string> class_names, Matrix weights, Vector bias,
            std::optional<HogOptions> hog = {});

  std::string_view kind() const noexcept override { return "svm"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::margin; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<LinearSvm>(*this); }
  Index parameter_count() const noexcept override { return weights_.size() + bias_.size(); }

  const Matrix& weights() const noexcept { return weights_; }  // features x classes
  const Vector& bias() const noexcept { return bias_; }        // classes
  /// What turns images into features; none when they are the pixels.
  const std::optional<Hog>& hog() const noexcept { return hog_; }

  /// The margins of plain features. features: features x n, result: classes x n. Throws ShapeError.
  Matrix margins(const Matrix& features, int threads = 0) const;

  /// Platt's sigmoids, one a class, which turn margins into probabilities in place of softmax(margin / temperature());
  /// none unless they were set. Unlike a temperature they may change which class is the most probable.
  const std::vector<Sigmoid>& sigmoids() const noexcept { return sigmoids_; }
  /// See fit_sigmoids. Empty: none. Throws ShapeError unless there is one a class, ValueError for one that is not
  /// finite or falls.
  void set_sigmoids(std::vector<Sigmoid> sigmoids);

  /// How training ended, one entry a class; empty for a machine made from weights.
  const std::vector<SvmConvergence>& convergence() const noexcept { return convergence_; }

 private:
  LinearSvm(Shape input, std::vector<std::string> class_names, svm::OneVsRest trained,
            std::optional<HogOptions> hog = {})
      : LinearSvm(input, std::move(class_names), std::move(trained.weights), std::move(trained.bias), std::move(hog)) {
    convergence_ = std::move(trained.convergence);
  }

  static svm::OneVsRest start_of(const SvmOptions& options, Index features, std::size_t classes);

  void compute_scores(const Pixels& images, Matrix& result, int threads) const override;
  Matrix to_probabilities(Matrix margins) const override;

  Matrix weights_;  // features x classes
  Vector bias_;     // classes
  std::optional<Hog> hog_;
  std::vector<Sigmoid> sigmoids_;
  std::vector<SvmConvergence> convergence_;
};

inline LinearSvm::LinearSvm(Shape input, std::vector<std::string> class_names, Matrix weights, Vector bias,
                            std::optional<HogOptions> hog)
    : Classifier(input, std::move(class_names)), weights_(std::move(weights)), bias_(std::move(bias)) {
  if (hog) hog_.emplace(input, std::move(*hog));
  const Index features = hog_ ? hog_->size() : input_shape().size();
  if (weights_.rows() != features || weights_.cols() != num_classes() || bias_.size() != num_classes()) {
    throw ShapeError("LinearSvm: expected weights of " + std::to_string(features) + " x " +
                     std::to_string(num_classes()) + " and as many biases as classes, got " +
                     std::to_string(weights_.rows()) + " x " + std::to_string(weights_.cols()) + " and " +
                     std::to_string(bias_.size()));
  }
  require<ValueError>(weights_.allFinite() && bias_.allFinite(), "LinearSvm: a weight or bias is not a finite number");
}

inline svm::OneVsRest LinearSvm::start_of(const SvmOptions& options, Index features, std::size_t classes) {
  if (options.start == nullptr) return {};
  const Matrix& weights = options.start->weights();
  if (weights.rows() != features || static_cast<std::size_t>(weights.cols()) != classes) {
    throw ShapeError("LinearSvm: expected a machine of " + std::to_string(features) + " features and " +
                     std::to_string(classes) + " classes to start from, got " + std::to_string(weights.rows()) +
                     " and " + std::to_string(weights.cols()));
  }
  return {weights, options.start->bias(), {}};
}

inline LinearSvm LinearSvm::fit(const Dataset& dataset, const SvmOptions& options) {
  constexpr float scale = 1.0F / 255.0F;
  constexpr Index batch = 4096;  // images whose features are on their way
  const std::vector<std::string>& class_names = dataset.class_names();
  svm::check(options, dataset.size(), class_names.size());
  const std::optional<Hog> hog =
      options.hog ? std::optional<Hog>(std::in_place, dataset.image_shape(), *options.hog) : std::nullopt;
  const Index features = hog ? hog->size() : dataset.image_shape().size();
  svm::DenseSamples<std::uint8_t> samples(features, dataset.size(), scale, options.bias ? 255 : 0);
  for (Index first = 0; first < dataset.size(); first += batch) {
    Pixels values = dataset.pixels(first, std::min(batch, dataset.size() - first));
    if (hog) values = hog->byte_features(values, options.threads);
    for (Index i = 0; i < values.cols(); ++i) std::copy_n(values.col(i).data(), features, samples.sample(first + i));
  }
  const std::vector<Label> labels = dataset.labels();
  return {dataset.image_shape(), class_names,
          svm::train(samples, svm::make_problem(labels, class_names.size(), options),
                     start_of(options, features, class_names.size()), options),
          options.hog};
}

inline LinearSvm LinearSvm::fit(const Matrix& features, std::span<const Label> labels,
                                std::vector<std::string> class_names, const SvmOptions& options) {
  if (static_cast<std::size_t>(features.cols()) != labels.size()) {
    throw ShapeError("LinearSvm: " + std::to_string(features.cols()) + " samples but " + std::to_string(labels.size()) +
                     " labels");
  }
  svm::check(options, features.cols(), class_names.size());
  require<ValueError>(features.allFinite(), "LinearSvm: a feature is not a finite number");
  const auto outside = std::find_if(labels.begin(), labels.end(), [&](Label label) {
    return label < 0 || static_cast<std::size_t>(label) >= class_names.size();
  });
  if (outside != labels.end()) {
    throw ValueError("LinearSvm: label " + std::to_string(*outside) + " of " + std::to_string(class_names.size()) +
                     " classes");
  }
  svm::DenseSamples<float> samples(features.rows(), features.cols(), 1, options.bias ? 1.0F : 0.0F);
  for (Index i = 0; i < features.cols(); ++i) {
    std::copy_n(features.col(i).data(), features.rows(), samples.sample(i));
  }
  const svm::Problem problem = svm::make_problem(labels, class_names.size(), options);
  svm::OneVsRest trained =
      svm::train(samples, problem, start_of(options, features.rows(), class_names.size()), options);
  return {Shape{1, 1, features.rows()}, std::move(class_names), std::move(trained)};
}

inline Matrix LinearSvm::margins(const Matrix& features, int threads) const {
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

inline void LinearSvm::compute_scores(const Pixels& images, Matrix& result, int threads) const {
  constexpr Index batch = 1024;  // images, whose features are 16 times as large or more
  for (Index first = 0; first < images.cols(); first += batch) {
    const Index count = std::min(batch, images.cols() - first);
    const Pixels some = images.middleCols(first, count);
    const Matrix features = hog_ ? hog_->features(some, threads) : Matrix(some.cast<float>() * (1.0F / 255.0F));
    result.middleCols(first, count) = margins(features, threads);
  }
}

inline void LinearSvm::set_sigmoids(std::vector<Sigmoid> sigmoids) {
  if (!sigmoids.empty() && static_cast<Index>(sigmoids.size()) != num_classes()) {
    throw ShapeError("LinearSvm: expected " + std::to_string(num_classes()) + " sigmoids, got " +
                     std::to_string(sigmoids.size()));
  }
  for (const Sigmoid& sigmoid : sigmoids) check_sigmoid(sigmoid);
  sigmoids_ = std::move(sigmoids);
}

inline Matrix LinearSvm::to_probabilities(Matrix margins) const {
  return sigmoids_.empty() ? Classifier::to_probabilities(std::move(margins)) : apply_sigmoids(sigmoids_, margins);
}

}  // namespace inkling::inline INKLING_ABI
