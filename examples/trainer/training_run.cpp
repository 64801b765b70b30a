#include "training_run.hpp"

#include <string>
#include <utility>

#include "interrupt.hpp"
#include "progress_display.hpp"

TrainingRun run_training(ModelKind kind, const inkling::Dataset& data, TrainingOptions options) {
  ProgressDisplay display(model_name(kind), std::string(step_name(kind)));
  const Interrupt interrupt;
  LearningCurve curve;
  options.on_progress = [&](const inkling::Progress& progress) {
    display.show(progress);
    if (is_network(kind)) curve.push_back(progress);
    return interrupt.requested() ? inkling::Flow::stop : inkling::Flow::go_on;
  };
  TrainedModel trained = train_model(kind, data, options);
  return {.trained = std::move(trained), .curve = std::move(curve)};
}
