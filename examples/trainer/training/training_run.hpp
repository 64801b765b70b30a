#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/recipes.hpp>

#include "report/learning_curve.hpp"

struct TrainingRun {
  inkling::TrainedModel trained;
  LearningCurve curve;       // of a network: the epochs that this run added; else empty
  bool interrupted = false;  // by Ctrl-C
};

/// inkling::train_model with its progress on stderr. The first Ctrl-C ends the training after the batch of a network,
/// or the pass or tree of another model, and keeps what is learned so far; the second ends the process.
/// With options.ranks, what interrupts one interrupts all, and rank 0 alone shows progress.
TrainingRun run_training(inkling::ModelKind kind, inkling::Dataset data, inkling::RecipeOptions options);
