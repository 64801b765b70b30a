#include "training/training_run.hpp"

#include <inkling/core/collective.hpp>

#include <string>
#include <utility>

#include "training/interrupt.hpp"
#include "training/progress_display.hpp"

TrainingRun run_training(inkling::ModelKind kind, inkling::Dataset data, inkling::RecipeOptions options) {
  inkling::Collective alone;
  inkling::Collective& ranks = options.ranks != nullptr ? *options.ranks : alone;
  ProgressDisplay display(inkling::model_name(kind), std::string(inkling::step_name(kind)));
  const Interrupt interrupt(&ranks);
  LearningCurve curve;
  options.on_progress = [&](const inkling::Progress& progress) {
    if (ranks.rank() == 0) display.show(progress);
    if (inkling::is_network(kind)) curve.push_back(progress);
    return interrupt.requested() ? inkling::Flow::stop : inkling::Flow::go_on;
  };
  options.stop = [&] { return interrupt.requested(); };
  inkling::TrainedModel trained = inkling::train_model(kind, std::move(data), options);
  return {.trained = std::move(trained), .curve = std::move(curve), .interrupted = ranks.any(interrupt.requested())};
}
