#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/model/classifier.hpp>

#include <memory>

#include "recipes.hpp"

/// train_model with its progress on stderr. The first Ctrl-C ends the training and keeps what is learned so far; the
/// second ends the process.
std::unique_ptr<inkling::Classifier> run_training(ModelKind kind, const inkling::Dataset& data,
                                                  TrainingOptions options);
