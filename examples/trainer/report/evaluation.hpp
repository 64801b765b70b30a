#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/confusion_matrix.hpp>
#include <inkling/model/metrics.hpp>

#include <optional>
#include <string>
#include <vector>

/// What a model makes of labelled images, compared character by character (see inkling::ScoringClasses).
struct Evaluation {
  std::vector<std::string> class_names;  // the scoring classes
  inkling::Dataset images;               // those that were scored
  std::vector<inkling::Label> truth;
  std::vector<inkling::Label> predicted;
  inkling::ConfusionMatrix confusion;
  double accuracy = 0;
  double top2 = 0;
  double macro_f1 = 0;
  double ece = 0;

  inkling::Interval accuracy_interval() const;  // Wilson, 95 %
};

struct EvaluationOptions {
  inkling::CharSet charset = {};                  // other candidates, and images of other characters, are left out
  std::optional<std::vector<double>> prior = {};  // of the model's classes; its influence is taken out
  int threads = 0;
};

/// Throws inkling::ValueError when no image is left to score.
Evaluation evaluate_model(const inkling::Classifier& model, const inkling::Dataset& data,
                          const EvaluationOptions& options = {});
