#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/written_line.hpp>
#include <inkling/nn/line_network.hpp>
#include <inkling/nn/training/line_trainer.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// The network that reads lines of numbers, as shipped: how it is built, and what it learns from.
namespace inkling::inline INKLING_ABI {

/// "0" to "9", and the signs . , - / =
const std::vector<std::string>& line_classes();

/// Lines of numbers in these hands, seen as line_image sees them. In the first tenth of a run they are short: which
/// character stands where is then soon found out. The images of `hands`: see LineWriter.
nn::LineSource written_lines(std::vector<Dataset> hands, const LineHabits& habits = {});

struct LineRecipeOptions {
  Index steps = 14'000;  // of the optimiser, 32 lines each
  LineHabits habits = {};
  std::uint64_t seed = 1;
  int threads = 0;                        // 0: all cores; the network is the same for any number
  std::filesystem::path checkpoint = {};  // written now and then; empty: none
  bool resume = false;                    // go on from the checkpoint, if there is one
  ProgressCallback on_progress = {};      // the loss is the mean over the lines since the last call

  void check() const;  // throws ValueError that names the first field out of range
};

/// Trains a network that reads lines of numbers on lines in these hands. Throws as LineWriter and fit_line_network;
/// ValueError for a checkpoint of another run, FileError and FormatError for one that cannot be written or read.
nn::LineNetwork train_lines(std::vector<Dataset> hands, const LineRecipeOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/line_recipe.ipp>
#endif
