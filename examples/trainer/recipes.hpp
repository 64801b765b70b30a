#pragma once

#include <inkling/core/progress.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/io/model/measured_accuracy.hpp>
#include <inkling/model/classifier.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The four models that the command can train.
enum class ModelKind { cnn, mlp, svm, forest };

/// "cnn", "mlp", "svm", "forest": in the order of ModelKind.
const std::vector<std::string>& model_names();
const std::string& model_name(ModelKind kind);
ModelKind parse_model(std::string_view name);

/// What one step of training is called: "epoch", "pass" or "tree".
std::string_view step_name(ModelKind kind);

/// Networks alone can be cut short and continued.
bool is_network(ModelKind kind);

struct TrainingOptions {
  std::optional<inkling::Index> epochs = {};  // epochs of a network, most passes of the SVM, trees of the forest
  inkling::Index max_leaves = 0;              // of a tree of the forest; 0: no limit
  std::optional<double> c = {};               // of the SVM; nothing: the recipe's
  std::uint64_t seed = 1;
  int threads = 0;                        // 0: all cores; the model is the same for any number
  std::filesystem::path checkpoint = {};  // of a network: written after every epoch; empty: none
  bool resume = false;                    // go on from the checkpoint, if there is one
  inkling::ProgressCallback on_progress = {};
};

/// The c with which an SVM of this data does best by cross-validation (see inkling::choose_c).
double choose_svm_c(const inkling::Dataset& data, const TrainingOptions& options);

/// What to know about a model's training that came to no proper end; nothing if it did.
std::string training_warning(const inkling::Classifier& model);

/// A model, and how it does on images that it did not learn from; nothing when there were none.
struct TrainedModel {
  std::unique_ptr<inkling::Classifier> model;
  std::optional<inkling::MeasuredAccuracy> accuracy;
};

/// Trains a model the way that suits its kind: this is the one place that says how.
///
/// A twentieth of every class is held out: on it the best epoch of a network is chosen, and the temperature of networks
/// and SVM fitted. The forest learns from everything, since it is calibrated on what its trees do not see. On the same
/// images each model's accuracy is measured.
TrainedModel train_model(ModelKind kind, const inkling::Dataset& data, const TrainingOptions& options);
