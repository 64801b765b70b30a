#pragma once

#include <inkling/data/dataset.hpp>

#include "learning_curve.hpp"
#include "recipes.hpp"

struct TrainingRun {
  TrainedModel trained;
  LearningCurve curve;  // of a network: the epochs that this run added; else empty
};

/// train_model with its progress on stderr. The first Ctrl-C ends the training and keeps what is learned so far; the
/// second ends the process.
TrainingRun run_training(ModelKind kind, const inkling::Dataset& data, TrainingOptions options);
