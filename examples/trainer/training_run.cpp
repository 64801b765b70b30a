#include "training_run.hpp"

#include <string>

#include "interrupt.hpp"
#include "progress_display.hpp"

std::unique_ptr<inkling::Classifier> run_training(ModelKind kind, const inkling::Dataset& data,
                                                  TrainingOptions options) {
  ProgressDisplay display(model_name(kind), std::string(step_name(kind)));
  const Interrupt interrupt;
  options.on_progress = [&](const inkling::Progress& progress) {
    display.show(progress);
    return interrupt.requested() ? inkling::Flow::stop : inkling::Flow::go_on;
  };
  return train_model(kind, data, options);
}
