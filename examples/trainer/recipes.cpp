#include "recipes.hpp"

#include <inkling/forest/random_forest.hpp>
#include <inkling/io/model/checkpoint.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/svm/choose_c.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "network_recipe.hpp"
#include "training_notes.hpp"
#include "usage_error.hpp"

namespace {

using namespace inkling;

constexpr double held_out_share = 0.05;

/// What a network learns from, and what it is chosen and calibrated on. Too few images leave nothing for the latter.
std::pair<Dataset, Dataset> hold_out(const Dataset& data, std::uint64_t seed) {
  return data.stratified_split(held_out_share, seed);
}

/// Fits the model's temperature to its scores (classes x samples) of what was held out, and says how often they are
/// right; does nothing without samples.
std::optional<MeasuredAccuracy> calibrate(Classifier& model, const Matrix& scores, const Dataset& held_out) {
  if (held_out.size() == 0) return std::nullopt;
  model.set_temperature(fit_temperature(scores, held_out.labels()));
  return MeasuredAccuracy{accuracy(held_out.labels(), best_classes(scores)), held_out.size(), "held out"};
}

std::optional<MeasuredAccuracy> accuracy_out_of_bag(const RandomForest& forest) {
  const auto& confusion = forest.out_of_bag_confusion();
  if (!confusion) return std::nullopt;
  return MeasuredAccuracy{confusion->accuracy(), confusion->samples(), "out of bag"};
}

/// The run so far, when there is a checkpoint to go on from.
nn::TrainingState initial_state(nn::Network network, const TrainingOptions& options, const CheckpointNotes& notes) {
  if (!options.resume || !std::filesystem::exists(options.checkpoint)) return {.network = std::move(network)};
  require_same_notes(options.checkpoint, notes);
  return load_checkpoint(options.checkpoint);
}

TrainedModel train_network(ModelKind kind, const Dataset& data, const TrainingOptions& options) {
  const auto [train, held_out] = hold_out(data, options.seed);
  auto [network, fit] = network_recipe(kind, train, options.seed);
  if (options.epochs) fit.epochs = *options.epochs;
  if (held_out.size() > 0) fit.validation = held_out;
  fit.threads = options.threads;
  fit.on_progress = options.on_progress;
  CheckpointNotes notes;
  if (!options.checkpoint.empty()) {
    notes = training_notes(kind, data, fit.epochs, options.seed);
    fit.on_checkpoint = [&](const nn::TrainingState& state) { save_checkpoint(state, options.checkpoint, notes); };
  }
  auto model = std::make_unique<nn::NetworkClassifier>(
      nn::fit_network(initial_state(std::move(network), options, notes), train, fit));
  const auto accuracy = calibrate(*model, model->logits(held_out.pixels(), options.threads), held_out);
  return {std::move(model), accuracy};
}

/// HOG features and c did best on held-out parts of the train parts of EMNIST (docs/linear-svm.md).
SvmOptions svm_recipe(const TrainingOptions& options) {
  SvmOptions fit{.c = options.c.value_or(0.3), .hog = HogOptions{}, .seed = options.seed, .threads = options.threads};
  if (options.epochs) fit.max_passes = *options.epochs;
  return fit;
}

TrainedModel train_svm(const Dataset& data, const TrainingOptions& options) {
  const auto [train, held_out] = hold_out(data, options.seed);
  SvmOptions fit = svm_recipe(options);
  fit.on_progress = options.on_progress;
  auto model = std::make_unique<LinearSvm>(LinearSvm::fit(train, fit));
  const auto accuracy = calibrate(*model, model->scores(held_out.pixels(), options.threads), held_out);
  return {std::move(model), accuracy};
}

/// Chosen on a tenth of the training part of EMNIST bymerge: gradients of upright characters are worth five points over
/// pixels, and whole trees on them are small in a file: 100 take 5.7 MB.
TrainedModel train_forest(const Dataset& data, const TrainingOptions& options) {
  const HogOptions hog{.cells = {4, 7}, .norm = HogNorm::l1_sqrt, .deskew = true};
  const Shape& image = data.image_shape();
  const bool has_gradients = image.channels == 1 && std::min(image.width, image.height) >= 14;
  auto model =
      std::make_unique<RandomForest>(RandomForest::fit(data, {.trees = options.epochs.value_or(100),
                                                              .max_leaves = options.max_leaves,
                                                              .hog = has_gradients ? std::optional(hog) : std::nullopt,
                                                              .seed = options.seed,
                                                              .threads = options.threads,
                                                              .on_progress = options.on_progress}));
  const auto accuracy = accuracy_out_of_bag(*model);
  return {std::move(model), accuracy};
}

}  // namespace

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names{"cnn", "mlp", "svm", "forest"};
  return names;
}

const std::string& model_name(ModelKind kind) {
  return model_names().at(static_cast<std::size_t>(kind));
}

ModelKind parse_model(std::string_view name) {
  const auto& names = model_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw UsageError("unknown model '" + std::string(name) + "': expected one of cnn, mlp, svm, forest");
  }
  return static_cast<ModelKind>(found - names.begin());
}

std::string_view step_name(ModelKind kind) {
  return is_network(kind) ? "epoch" : kind == ModelKind::svm ? "pass" : "tree";
}

double choose_svm_c(const Dataset& data, const TrainingOptions& options) {
  return choose_c(data, svm_recipe(options)).c;
}

std::string training_warning(const Classifier& model) {
  const auto* svm = dynamic_cast<const LinearSvm*>(&model);
  if (svm == nullptr) return {};
  double gap = 0;
  double primal = 0;
  Index stopped = 0;
  for (const SvmConvergence& end : svm->convergence()) {
    gap += end.gap();
    primal += end.primal;
    stopped += end.hit_limit ? 1 : 0;
  }
  if (stopped == 0) return {};
  char share[32];
  std::snprintf(share, sizeof share, "%.2g %%", 100 * gap / primal);
  return std::to_string(stopped) + " of " + std::to_string(svm->num_classes()) +
         " classes did not converge: the objective may be up to " + share + " above its minimum (more --epochs help)";
}

bool is_network(ModelKind kind) {
  return kind == ModelKind::cnn || kind == ModelKind::mlp;
}

TrainedModel train_model(ModelKind kind, const Dataset& data, const TrainingOptions& options) {
  switch (kind) {
    case ModelKind::svm:
      return train_svm(data, options);
    case ModelKind::forest:
      return train_forest(data, options);
    default:
      return train_network(kind, data, options);
  }
}
