#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/svm/block_sparse.hpp>
#include <inkling/svm/dual_coordinate_descent.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling {

struct SvmOptions {
  double c = 0.05;  // weight of the losses against |w|^2 / 2; small means smooth
  SvmLoss loss = SvmLoss::squared_hinge;
  bool bias = true;                   // append a constant 1 to every sample (its weight is regularised)
  double tolerance = 1e-2;            // ends when the duality gap is at most this share of the primal objective
  Index max_passes = 1000;            // over the samples, for each class
  std::uint64_t seed = 1;             // orders the visits
  int threads = 0;                    // 0: all cores; the result does not depend on it
  ProgressCallback on_progress = {};  // called every few passes
};

/// Linear support vector machine, one class against the rest, L2-regularised, trained by dual coordinate descent (see
/// svm::DualCoordinateDescent). Scores are margins: signed, and comparable between classes, but not probabilities.
///
///     const LinearSvm svm = LinearSvm::fit(train, {.c = 0.05});
///     const std::vector<Label> predicted = svm.predict(test.pixels());
///
/// A pixel p counts as p / 255. A class without samples is learned as "never": its margins are negative on the training
/// data.
class LinearSvm final : public Classifier {
 public:
  /// Throws ValueError when the data is empty or an option is out of range.
  static LinearSvm fit(const Dataset& dataset, const SvmOptions& options = {});

  /// features: features x samples, best with values of order 1; labels: one per sample in [0, class_names.size()).
  /// Throws ShapeError when the sizes differ, ValueError as above and when a label is out of range or a feature is not
  /// finite.
  static LinearSvm fit(const Matrix& features, std::span<const Label> labels, std::vector<std::string> class_names,
                       const SvmOptions& options = {});

  /// A trained machine. weights: input.size() x classes, for pixels scaled to [0, 1]; bias: classes.
  /// Throws ShapeError when the sizes differ, ValueError when a number is not finite.
  LinearSvm(Shape input, std::vector<std::string> class_names, Matrix weights, Vector bias);

  std::string_view kind() const noexcept override { return "svm"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::margin; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<LinearSvm>(*this); }
  Index parameter_count() const noexcept override { return weights_.size() + bias_.size(); }

  const Matrix& weights() const noexcept { return weights_; }  // features x classes
  const Vector& bias() const noexcept { return bias_; }        // classes

  /// The margins of plain features. features: features x n, result: classes x n. Throws ShapeError.
  Matrix margins(const Matrix& features, int threads = 0) const;

  /// How training ended, one entry a class; empty for a machine made from weights.
  const std::vector<SvmConvergence>& convergence() const noexcept { return convergence_; }

 private:
  template <typename Value>
  static LinearSvm fit_samples(Shape input, const svm::BlockSparse<Value>& samples, std::span<const Label> labels,
                               std::vector<std::string> class_names, const SvmOptions& options);

  void compute_scores(const Pixels& images, Matrix& result, int threads) const override;

  /// samples: features x n, any scalar, each value to be multiplied by `scale`.
  template <typename Samples>
  void compute_margins(const Samples& samples, float scale, Matrix& result, int threads) const;

  Matrix weights_;  // features x classes
  Vector bias_;     // classes
  std::vector<SvmConvergence> convergence_;
};

namespace svm {

inline constexpr float pixel_scale = 1.0F / 255.0F;

inline void check(const SvmOptions& options, Index samples) {
  if (samples == 0) throw ValueError("LinearSvm: there are no samples to learn from");
  if (!(options.c > 0) || !std::isfinite(options.c)) {
    throw ValueError("LinearSvm: c must be above 0, got " + std::to_string(options.c));
  }
  if (!(options.tolerance > 0)) {
    throw ValueError("LinearSvm: the tolerance must be above 0, got " + std::to_string(options.tolerance));
  }
  if (options.max_passes < 1) {
    throw ValueError("LinearSvm: at least one pass is needed, got " + std::to_string(options.max_passes));
  }
}

}  // namespace svm

inline LinearSvm::LinearSvm(Shape input, std::vector<std::string> class_names, Matrix weights, Vector bias)
    : Classifier(input, std::move(class_names)), weights_(std::move(weights)), bias_(std::move(bias)) {
  if (weights_.rows() != input_shape().size() || weights_.cols() != num_classes() || bias_.size() != num_classes()) {
    throw ShapeError("LinearSvm: expected weights of " + std::to_string(input_shape().size()) + " x " +
                     std::to_string(num_classes()) + " and as many biases as classes, got " +
                     std::to_string(weights_.rows()) + " x " + std::to_string(weights_.cols()) + " and " +
                     std::to_string(bias_.size()));
  }
  require<ValueError>(weights_.allFinite() && bias_.allFinite(), "LinearSvm: a weight or bias is not a finite number");
}

inline LinearSvm LinearSvm::fit(const Dataset& dataset, const SvmOptions& options) {
  svm::BlockSparse<std::uint8_t> samples(dataset.image_shape().size(), svm::pixel_scale);
  for (Index i = 0; i < dataset.size(); ++i) samples.push_back(dataset.image(i));
  return fit_samples(dataset.image_shape(), samples, dataset.labels(), dataset.class_names(), options);
}

inline LinearSvm LinearSvm::fit(const Matrix& features, std::span<const Label> labels,
                                std::vector<std::string> class_names, const SvmOptions& options) {
  if (static_cast<std::size_t>(features.cols()) != labels.size()) {
    throw ShapeError("LinearSvm: " + std::to_string(features.cols()) + " samples but " + std::to_string(labels.size()) +
                     " labels");
  }
  require<ValueError>(features.allFinite(), "LinearSvm: a feature is not a finite number");
  const auto outside = std::find_if(labels.begin(), labels.end(), [&](Label label) {
    return label < 0 || static_cast<std::size_t>(label) >= class_names.size();
  });
  if (outside != labels.end()) {
    throw ValueError("LinearSvm: label " + std::to_string(*outside) + " of " + std::to_string(class_names.size()) +
                     " classes");
  }
  svm::BlockSparse<float> samples(features.rows(), 1.0F);
  for (Index i = 0; i < features.cols(); ++i) {
    samples.push_back({features.col(i).data(), static_cast<std::size_t>(features.rows())});
  }
  return fit_samples({1, 1, features.rows()}, samples, labels, std::move(class_names), options);
}

template <typename Value>
LinearSvm LinearSvm::fit_samples(Shape input, const svm::BlockSparse<Value>& samples, std::span<const Label> labels,
                                 std::vector<std::string> class_names, const SvmOptions& options) {
  svm::check(options, samples.size());
  const auto classes = static_cast<Index>(class_names.size());
  const svm::DualProblem problem{options.c, options.loss, options.bias, options.tolerance};
  std::vector<float> curvature(labels.size());  // x.x of each sample, the same for every class
  std::vector<float> buffer(static_cast<std::size_t>(samples.longest()));
  const double square = static_cast<double>(samples.scale()) * static_cast<double>(samples.scale());
  for (Index i = 0; i < samples.size(); ++i) {
    const double norm = square * samples.row(i, buffer.data()).squared_norm() + (options.bias ? 1.0 : 0.0);
    curvature[static_cast<std::size_t>(i)] = static_cast<float>(norm);
  }
  std::vector<svm::DualCoordinateDescent<Value>> machines;
  machines.reserve(class_names.size());
  for (Label c = 0; c < classes; ++c) {
    machines.emplace_back(samples, labels, c, problem, derive_seed(options.seed, {static_cast<std::uint64_t>(c)}));
  }

  // Without a callback nobody needs the classes to wait for one another.
  const Index stride = options.on_progress ? std::min<Index>(8, options.max_passes) : options.max_passes;
  const auto start = std::chrono::steady_clock::now();
  Flow flow = Flow::go_on;
  std::vector<char> done(class_names.size(), 0);
  for (Index pass = 0; pass < options.max_passes && flow == Flow::go_on;) {
    const Index passes = std::min(stride, options.max_passes - pass);
    parallel_for(classes, options.threads, [&](Index c, int) {
      done[static_cast<std::size_t>(c)] = machines[static_cast<std::size_t>(c)].run(passes, curvature) ? 1 : 0;
    });
    pass += passes;
    if (options.on_progress) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      flow = options.on_progress({.step = pass, .steps = options.max_passes, .seconds = elapsed.count()});
    }
    if (std::all_of(done.begin(), done.end(), [](char d) { return d != 0; })) break;
  }

  Matrix weights(input.size(), classes);
  Vector bias(classes);
  std::vector<SvmConvergence> convergence(class_names.size());
  parallel_for(classes, options.threads, [&](Index c, int) {
    auto& machine = machines[static_cast<std::size_t>(c)];
    convergence[static_cast<std::size_t>(c)] = machine.evaluate();
    weights.col(c) = Eigen::Map<const Vector>(machine.weights().data(), input.size());
    bias(c) = machine.bias();
  });
  LinearSvm result(input, std::move(class_names), std::move(weights), std::move(bias));
  result.convergence_ = std::move(convergence);
  return result;
}

inline Matrix LinearSvm::margins(const Matrix& features, int threads) const {
  if (features.rows() != weights_.rows()) {
    throw ShapeError("LinearSvm: expected " + std::to_string(weights_.rows()) + " features a sample, got " +
                     std::to_string(features.rows()));
  }
  Matrix result(num_classes(), features.cols());
  compute_margins(features, 1.0F, result, threads);
  return result;
}

inline void LinearSvm::compute_scores(const Pixels& images, Matrix& result, int threads) const {
  compute_margins(images, svm::pixel_scale, result, threads);
}

template <typename Samples>
void LinearSvm::compute_margins(const Samples& samples, float scale, Matrix& result, int threads) const {
  constexpr Index block = 256;  // samples a task
  parallel_for((samples.cols() + block - 1) / block, threads, [&](Index b, int) {
    Vector x(weights_.rows());
    const Index end = std::min(samples.cols(), (b + 1) * block);
    for (Index i = b * block; i < end; ++i) {
      x = samples.col(i).template cast<float>() * scale;
      result.col(i) = bias_;
      result.col(i).noalias() += weights_.transpose() * x;
    }
  });
}

}  // namespace inkling
