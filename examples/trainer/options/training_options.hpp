#pragma once

#include <inkling/recipes.hpp>

#include <CLI/App.hpp>

/// The options that `train` and `compare` share: --epochs, --seed and --threads.
void add_training_options(CLI::App& command, inkling::RecipeOptions& options);
