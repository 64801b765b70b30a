#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <functional>
#include <optional>

namespace inkling::inline INKLING_ABI {

/// What a training run has reached. One step is an epoch of a network, a pass of the SVM, or a tree of the forest.
struct Progress {
  Index step = 0;   // 1 .. steps
  Index steps = 0;  // planned; early stopping may end sooner
  double seconds = 0;
  std::optional<double> loss = {};                 // mean over the training samples of this step
  std::optional<double> accuracy = {};             // share of training samples that were right
  std::optional<double> validation_accuracy = {};  // share of validation (forest: out-of-bag) samples that were right
  std::optional<double> validation_loss = {};
};

enum class Flow { go_on, stop };

/// Called after every step, on the thread that called the training function. `Flow::stop` ends training; what was
/// learned so far is kept. An exception thrown here ends training and reaches the caller.
using ProgressCallback = std::function<Flow(const Progress&)>;

}  // namespace inkling::inline INKLING_ABI
