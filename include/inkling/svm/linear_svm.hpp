#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/classifier.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// How the training of one class against the rest ended.
struct SvmConvergence {
  Index passes = 0;        // over the samples, or over those that still mattered
  double primal = 0;       // |w|^2 / 2 + C sum of losses, what training minimises
  double dual = 0;         // a lower bound of the minimum
  bool hit_limit = false;  // ended by the limit of passes, the callback or rounding, before the gap was small enough

  /// `primal` is at most this far above the minimum.
  double gap() const noexcept { return primal - dual; }
};

/// Linear support vector machine, one class against the rest, L2-regularised. Scores are margins: signed, and
/// comparable between classes, but not probabilities. fit_svm (svm/fit_svm.hpp) trains one.
///
///     const LinearSvm svm = fit_svm(train, {.c = 0.3, .hog = HogOptions{}});
///     const std::vector<Label> predicted = svm.predict(test.pixels());
///
/// A pixel p counts as p / 255. With HOG, the machine is linear in the features of an image; it still takes pixels. A
/// class without samples is learned as "never": its margins are negative on the training data.
class LinearSvm final : public Classifier {
 public:
  /// A trained machine. weights: features x classes, for the HOG features of an image if there are, or else for its
  /// pixels scaled to [0, 1]; bias: classes; convergence: of each class, or empty.
  /// Throws ShapeError when the sizes differ, ValueError when a number is not finite.
  LinearSvm(Shape input, std::vector<std::string> class_names, Matrix weights, Vector bias,
            std::optional<HogOptions> hog = {}, std::vector<SvmConvergence> convergence = {});

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
  const std::vector<PlattSigmoid>& sigmoids() const noexcept { return sigmoids_; }
  /// See fit_sigmoids. Empty: none. Throws ShapeError unless there is one a class, ValueError for one that is not
  /// finite or falls.
  void set_sigmoids(std::vector<PlattSigmoid> sigmoids);

  /// How training ended, one entry a class; empty for a machine made from weights.
  const std::vector<SvmConvergence>& convergence() const noexcept { return convergence_; }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int threads) const override;
  Matrix compute_feature_scores(const Matrix& features, int threads) const override {
    return margins(features, threads);
  }
  Matrix to_probabilities(Matrix margins) const override;

  Matrix weights_;  // features x classes
  Vector bias_;     // classes
  std::optional<Hog> hog_;
  std::vector<PlattSigmoid> sigmoids_;
  std::vector<SvmConvergence> convergence_;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/svm/linear_svm.ipp>
#endif
