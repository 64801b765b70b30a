#pragma once

#include <CLI/App.hpp>

#include "recipes.hpp"

/// The options that `train` and `compare` share: --epochs, --seed and --threads.
void add_training_options(CLI::App& command, TrainingOptions& options);
