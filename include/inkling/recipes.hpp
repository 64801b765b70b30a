#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/options.hpp>
#include <inkling/io/model/measured_accuracy.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/familiarity.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/svm/options.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The four models as shipped: which network, which options, which augmentation. What trains a model in this project
/// asks here, so `train_model(ModelKind::svm, data)` gives what the command `inkling train --model svm` does.
namespace inkling::inline INKLING_ABI {

class Collective;

/// A convolutional network, a network of dense layers, the linear SVM, the random forest.
enum class ModelKind { cnn, mlp, svm, forest };

/// "cnn", "mlp", "svm", "forest": in the order of ModelKind.
const std::vector<std::string>& model_names();
const std::string& model_name(ModelKind kind);
/// Throws ValueError, which lists the names, for another one.
ModelKind parse_model(std::string_view name);

/// Whether it is a network: those alone learn in epochs, and can be cut short and continued.
bool is_network(ModelKind kind) noexcept;

/// What one step of its training is called: "epoch", "pass" or "tree".
std::string_view step_name(ModelKind kind) noexcept;

/// A network, not yet trained, and how to train it.
struct NetworkRecipe {
  nn::Network network;
  nn::NetworkOptions fit;
};

/// What suits a cnn or mlp that learns from `train`. Throws ValueError for another kind, ShapeError for images that are
/// too small for the cnn.
NetworkRecipe network_recipe(ModelKind kind, const Dataset& train, std::uint64_t seed = 1);

/// The variation that the cnn learns with: other hands, and other pens, cameras and scanners.
Augmentation handwriting_variation();

/// Shows a `share` of the images as they might be found on forms, in scans and photos (random_found_ink), normalised
/// again; of the others half vary as by handwriting_variation when `distort` is set. `train` lends neighbours. Throws
/// ValueError for a share outside 0..1.
Augmentation found_variation(const Dataset& train, float share, bool distort);

/// The data set, and after it as many more images as `share` of it says, each as it might be found, with the labels of
/// the first ones in an order that the seed decides: for what learns from its images as they are.
/// Throws ValueError for a share outside 0..1.
Dataset with_found_ink(const Dataset& data, double share, std::uint64_t seed = 1, int threads = 0);

/// HOG features, and the c that goes with them.
SvmOptions svm_recipe();

/// A hundred trees on HOG features, where an image of this shape is large enough for them; else on pixels.
ForestOptions forest_recipe(const Shape& image);

/// What may differ from one run of a recipe to another.
struct RecipeOptions {
  std::optional<Index> epochs = {};  // epochs of a network, most passes of the SVM, trees of the forest; none: as suits
  Index max_leaves = 0;              // of a tree of the forest; 0: no limit
  std::optional<double> c = {};      // of the SVM; none: the recipe's
  double found_ink = 0;  // share of the images that are shown as found_variation does; SVM and forest: with_found_ink
  std::optional<Dataset> also = {};       // more images to learn from, of the same classes; nothing is measured on them
  Index also_times = 3;                   // how often each of them counts; to SVM and forest anew after the first time
  std::optional<nn::Network> start = {};  // of a network: the trained one that it begins as
  std::optional<nn::Network> teacher = {};  // of a network: one whose probabilities it learns (NetworkOptions::teacher)
  std::uint64_t seed = 1;
  int threads = 0;                        // 0: all cores; the model is the same for any number
  std::filesystem::path checkpoint = {};  // of a network: written after every epoch; empty: none
  bool resume = false;                    // go on from the checkpoint, if there is one
  ProgressCallback on_progress = {};
  std::function<bool()> stop = {};  // asked after every batch of a network; true ends the run, after a checkpoint
  /// Who trains together (core/collective.hpp); the model is that of one. All ranks have the same data and options, but
  /// for threads and callbacks; the checkpoint is written by rank 0 and read by all. Null: this process alone.
  Collective* ranks = nullptr;

  void check() const;  // throws ValueError that names the first field out of range
};

/// A model, and how it does on images that it did not learn from, and how much those resemble what it learned; nothing
/// when there were none.
struct TrainedModel {
  std::unique_ptr<Classifier> model;
  std::optional<MeasuredAccuracy> accuracy = {};
  std::optional<Familiarity> familiarity = {};  // of what was held out, to networks
};

/// Trains a model the way that suits its kind.
///
/// A twentieth of every class is held out: on it the temperature of networks and SVM is fitted. One half of it chooses
/// the best epoch of a network, and the accuracy is measured on the other, which decided nothing; that of the SVM,
/// where there is nothing to choose, on all of it. The forest learns from everything, since it is calibrated and
/// measured on what its trees do not see; with found ink or more images it holds out, too, as their copies would tell.
///
/// SVM and forest learn from features of images: data that is moved here, and shared with no other, gives its memory
/// back while those are made.
///
/// Throws ShapeError when what it should begin as, or what it should learn from too, does not fit the data; ValueError
/// for options that are out of range and for a checkpoint of another run, FileError and FormatError for one that cannot
/// be written or read, or that another training is writing.
TrainedModel train_model(ModelKind kind, Dataset data, const RecipeOptions& options = {});

/// The c with which an SVM of this data does best by cross-validation (see choose_c).
double choose_svm_c(const Dataset& data, const RecipeOptions& options = {});

/// What to know about a model's training that came to no proper end; nothing if it did.
std::string training_warning(const Classifier& model);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/recipes.ipp>
#endif
