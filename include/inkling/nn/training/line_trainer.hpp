#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/schedule.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// A line, and what it says from left to right.
struct TrainingLine {
  FloatImage ink;  // 0 paper to 1, as high as the network's input
  std::vector<Label> labels;
};

/// Makes a line to learn from; the generator alone decides which. progress: share of the run that is done, 0 to 1.
/// Called from several threads.
using LineSource = std::function<TrainingLine(Rng& rng, double progress)>;

struct LineTrainingOptions {
  Optimizer optimizer = AdamW{};
  Schedule schedule = constant();
  Index steps = 20'000;    // of the optimiser
  Index batch = 32;        // lines a step
  Index micro_batch = 16;  // lines of about one width, that batch norm sees together
  Index sorted = 8;        // steps whose lines are drawn, and sorted by width, together
  Index margin = 16;       // columns of paper before and behind a line, as LineNetworkOptions::margin
  double average = 0.999;  // decay of the moving average of the weights (see update_average)
  std::uint64_t seed = 1;
  int threads = 0;  // 0: all cores; the result is the same for any number
  /// Told after every `sorted` steps; the loss is the mean over their lines.
  ProgressCallback on_progress = {};
  /// Called then, too, after on_progress and where it stops the run: the place to write a checkpoint. state.batch
  /// counts steps.
  std::function<void(const TrainingState&)> on_checkpoint = {};

  void check() const;  // throws ValueError that names the first field out of range
};

/// Continues a run (state.batch steps are done) to options.steps, and returns the average of the weights: a network
/// that says at each step which character stands there (see LineNetwork), trained with ctc_loss on lines that `source`
/// makes. A line that is too narrow for its labels is left out.
///
/// Every line has a generator of its own and the gradients are added in a fixed order, so the same seed gives the same
/// weights, bit for bit, for any number of threads on one machine. Throws ValueError for options that make no sense and
/// for labels that are not classes, ShapeError when network and lines do not fit, Error when the loss is not finite.
Network fit_line_network(TrainingState state, const LineSource& source, const LineTrainingOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/line_trainer.ipp>
#endif
