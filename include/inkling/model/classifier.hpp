#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What the numbers of Classifier::scores mean. A margin is never sold as a probability.
enum class ScoreKind {
  probability,  // each column is >= 0 and sums to 1
  margin,       // signed distance to a boundary; any real number
  vote,         // share of votes: each column is >= 0 and sums to 1, but is not calibrated
};

/// What one look at images tells.
struct Recognition {
  Matrix probabilities;  // classes x n
  /// n values, for models that measure it: how much an image resembles anything that the model learned, in nats. The
  /// logarithm of the summed exponentials of the logits over the temperature, which the softmax divides out (Liu et al.
  /// 2020, arXiv:2010.03759, where its negative is the energy). Comparable between images of one model alone.
  std::optional<Vector> evidence = {};
};

/// What every model can do with images. An object that exists is trained: training and loading are functions that
/// return one. All const members may be called from many threads at once on one object.
class Classifier {
 public:
  virtual ~Classifier() = default;

  /// "network", "svm" or "forest".
  virtual std::string_view kind() const noexcept = 0;
  virtual ScoreKind score_kind() const noexcept = 0;
  virtual std::unique_ptr<Classifier> clone() const = 0;
  /// The number of learned numbers: weights of a network or SVM, nodes of a forest.
  virtual Index parameter_count() const = 0;

  const Shape& input_shape() const noexcept { return input_shape_; }
  Index num_classes() const noexcept { return static_cast<Index>(class_names_.size()); }
  /// Usually one character each: "0", "A", "b".
  const std::vector<std::string>& class_names() const noexcept { return class_names_; }

  /// images: input_shape().size() x n. Result: classes x n, in the unit of score_kind(). `threads`: 0 means all cores.
  /// Throws ShapeError when the images have another size.
  Matrix scores(const Pixels& images, int threads = 0) const;

  /// Result: classes x n, every column >= 0 with sum 1. Probabilities as they are; margins m become
  /// softmax(m / temperature()), unless the model has a better way. Vote shares v become
  /// softmax(vote_logits(v) / temperature()), and stay as they are when no temperature was fitted and it is 1.
  Matrix probabilities(const Pixels& images, int threads = 0) const;

  /// The same probabilities, with the evidence where the model measures it.
  virtual Recognition recognise(const Pixels& images, int threads = 0) const;

  /// The scores of plain float features, with which each of the library's models works, too: those of a model that
  /// learned from features. To a network or an SVM of images, a pixel p is the feature p / 255.
  /// features: as many as the model learned from x n; result: classes x n.
  /// Throws ShapeError for another number of features, ValueError for a model that knows images alone.
  Matrix feature_scores(const Matrix& features, int threads = 0) const;

  /// What `probabilities` makes of those scores.
  Matrix feature_probabilities(const Matrix& features, int threads = 0) const;

  /// The class with the highest score for each image; the lowest class number wins a tie.
  std::vector<Label> predict(const Pixels& images, int threads = 0) const;

  /// Divides margins, logarithms of vote shares, and the logits of a network, on their way to probabilities; fitted on
  /// held-out data (Guo et al. 2017, arXiv:1706.04599). It never changes which class is best.
  float temperature() const noexcept { return temperature_; }
  /// Throws ValueError unless 0 < temperature <= 10^9.
  void set_temperature(float temperature);

 protected:
  /// Throws ValueError when there is no class, ShapeError when the input is empty.
  Classifier(Shape input_shape, std::vector<std::string> class_names);
  Classifier(const Classifier&) = default;  // protected: a base is never copied by itself
  Classifier& operator=(const Classifier&) = default;
  Classifier(Classifier&&) = default;
  Classifier& operator=(Classifier&&) = default;

  /// Throws ShapeError when the images have another size than the model reads.
  void check(const Pixels& images) const;

  /// scores, result: classes x n. What `probabilities` makes of scores.
  virtual Matrix to_probabilities(Matrix scores) const;

 private:
  /// images have the right size; result: classes x images, overwritten.
  virtual void compute_scores(const Pixels& images, Matrix& result, int threads) const = 0;

  /// See feature_scores. Unless it is overridden: there are no features, only images.
  virtual Matrix compute_feature_scores(const Matrix& features, int threads) const;

  Shape input_shape_;
  std::vector<std::string> class_names_;
  float temperature_ = 1;
};

/// The row of the highest value in each column; the lowest row wins a tie. scores: classes x n.
std::vector<Label> best_classes(const Matrix& scores);

/// Column-wise softmax(scores / temperature), safe for any finite scores. scores: classes x n. `evidence` (n values),
/// when it is given, gets what the softmax divides out: the logarithm of the summed exponentials of scores /
/// temperature. Throws ValueError unless 0 < temperature <= 10^9, ShapeError without a class and for other evidence.
Matrix softmax(const Matrix& scores, float temperature = 1, Vector* evidence = nullptr);

/// The logarithms of vote shares, none below that of 0.0001: no class is impossible because nobody voted for it.
Matrix vote_logits(const Matrix& shares);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/classifier.ipp>
#endif
