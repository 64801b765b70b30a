#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  virtual Recognition recognise(const Pixels& images, int threads = 0) const {
    return {.probabilities = probabilities(images, threads)};
  }

  /// The class with the highest score for each image; the lowest class number wins a tie.
  std::vector<Label> predict(const Pixels& images, int threads = 0) const;

  /// Divides margins, logarithms of vote shares, and the logits of a network, on their way to probabilities; fitted on
  /// held-out data (Guo et al. 2017, arXiv:1706.04599). It never changes which class is best.
  float temperature() const noexcept { return temperature_; }
  /// Throws ValueError unless temperature > 0.
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

  Shape input_shape_;
  std::vector<std::string> class_names_;
  float temperature_ = 1;
};

/// The row of the highest value in each column; the lowest row wins a tie. scores: classes x n.
inline std::vector<Label> best_classes(const Matrix& scores) {
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

/// Column-wise softmax(scores / temperature), safe for any finite scores. scores: classes x n.
inline Matrix softmax(const Matrix& scores, float temperature = 1) {
  Matrix result(scores.rows(), scores.cols());
  Vector column(scores.rows());  // aligned memory: the bits of a sample do not depend on its place in the batch
  for (Index i = 0; i < scores.cols(); ++i) {
    column = ((scores.col(i).array() - scores.col(i).maxCoeff()) / temperature).exp();
    result.col(i) = column / column.sum();
  }
  return result;
}

/// The logarithms of vote shares, none below that of 0.0001: no class is impossible because nobody voted for it.
inline Matrix vote_logits(const Matrix& shares) {
  constexpr float least = 1e-4F;
  return shares.array().max(least).log();
}

inline Classifier::Classifier(Shape input_shape, std::vector<std::string> class_names)
    : input_shape_(input_shape), class_names_(std::move(class_names)) {
  require<ShapeError>(input_shape_.size() > 0, "Classifier: the input shape is empty");
  require<ValueError>(!class_names_.empty(), "Classifier: at least one class is needed");
}

inline void Classifier::check(const Pixels& images) const {
  if (images.rows() != input_shape_.size()) {
    throw ShapeError("Classifier: expected images of " + to_string(input_shape_) + " (" +
                     std::to_string(input_shape_.size()) + " bytes a column), got " + std::to_string(images.rows()));
  }
}

inline Matrix Classifier::scores(const Pixels& images, int threads) const {
  check(images);
  Matrix result(num_classes(), images.cols());
  if (images.cols() > 0) compute_scores(images, result, threads);
  return result;
}

inline Matrix Classifier::probabilities(const Pixels& images, int threads) const {
  return to_probabilities(scores(images, threads));
}

inline Matrix Classifier::to_probabilities(Matrix scores) const {
  if (score_kind() == ScoreKind::margin) return softmax(scores, temperature_);
  if (score_kind() == ScoreKind::vote && temperature_ != 1) return softmax(vote_logits(scores), temperature_);
  return scores;
}

inline std::vector<Label> Classifier::predict(const Pixels& images, int threads) const {
  return best_classes(scores(images, threads));
}

inline void Classifier::set_temperature(float temperature) {
  if (!(temperature > 0)) {
    throw ValueError("Classifier: a temperature is above 0, got " + std::to_string(temperature));
  }
  temperature_ = temperature;
}

}  // namespace inkling::inline INKLING_ABI
