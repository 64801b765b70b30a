#include "options/training_options.hpp"

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

void add_training_options(CLI::App& command, inkling::RecipeOptions& options) {
  command.add_option("--epochs", options.epochs, "epochs of a network; most passes of the SVM; trees of the forest")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command.add_option("--seed", options.seed, "the same seed gives the same model, bit for bit (default 1)")
      ->type_name("N");
  command.add_option("--threads", options.threads, "most threads to use (default: all cores)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
}
