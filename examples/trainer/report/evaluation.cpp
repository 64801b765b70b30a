#include "report/evaluation.hpp"

#include <inkling/model/class_meaning.hpp>
#include <inkling/model/prior.hpp>
#include <inkling/model/restrict_to.hpp>
#include <inkling/model/scoring_classes.hpp>
#include <inkling/read/letter_case.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace inkling;

/// The images whose character is in the set.
Dataset admitted_images(const Dataset& data, const CharSet& charset) {
  const std::vector<ClassMeaning> meanings = class_meanings(data.class_names());
  std::vector<Index> chosen;
  for (Index i = 0; i < data.size(); ++i) {
    if (charset.admits(meanings[static_cast<std::size_t>(data.label(i))])) chosen.push_back(i);
  }
  return data.subset(chosen);
}

/// Result: scoring classes x images.
Matrix score(const Classifier& model, const Dataset& data, const ScoringClasses& classes,
             const EvaluationOptions& options) {
  constexpr Index block = 4096;  // images whose bytes are copied at once
  Matrix scores(static_cast<Index>(classes.names.size()), data.size());
  for (Index first = 0; first < data.size(); first += block) {
    const Index count = std::min(block, data.size() - first);
    const Pixels images = data.pixels(first, count);
    const std::vector<std::string>& names = model.class_names();
    Matrix probabilities = model.probabilities(images, options.threads);
    if (options.prior) probabilities = with_uniform_prior(probabilities, *options.prior);
    probabilities = with_letter_case(options.charset, names, images, std::move(probabilities));
    scores.middleCols(first, count) = classes.of_model(restrict_to(options.charset, names, probabilities));
  }
  return scores;
}

}  // namespace

Interval Evaluation::accuracy_interval() const {
  return wilson_interval(confusion.counts().trace(), confusion.samples());
}

Evaluation evaluate_model(const Classifier& model, const Dataset& data, const EvaluationOptions& options) {
  Dataset images = admitted_images(data, options.charset);
  if (images.size() == 0) throw ValueError("there is no image to score: none shows a character of the set");
  const ScoringClasses classes = scoring_classes(model.class_names(), data.class_names());
  const Matrix scores = score(model, images, classes, options);
  std::vector<Label> truth = classes.of_data(images.labels());
  std::vector<Label> predicted = best_classes(scores);
  ConfusionMatrix confusion(truth, predicted, static_cast<Index>(classes.names.size()));
  Evaluation result{.class_names = classes.names,
                    .images = std::move(images),
                    .truth = std::move(truth),
                    .predicted = std::move(predicted),
                    .confusion = std::move(confusion)};
  result.accuracy = result.confusion.accuracy();
  result.top2 = top_k_accuracy(scores, result.truth, 2);
  result.macro_f1 = result.confusion.macro_f1();
  result.ece = expected_calibration_error(scores, result.truth);
  return result;
}
