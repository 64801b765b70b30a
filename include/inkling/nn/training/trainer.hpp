#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/schedule.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

class Collective;

}  // namespace inkling::inline INKLING_ABI

namespace inkling::inline INKLING_ABI::nn {

/// A run of training between two batches: all that it takes to go on to the same bits.
struct TrainingState {
  Network network;
  OptimizerState<float> optimizer = {};
  Index epoch = 0;                      // epochs that are done
  Index batch = 0;                      // batches of the next epoch that are done; usually none
  double batch_loss = 0;                // sum over their samples
  Index batch_correct = 0;              // samples of theirs that were right
  double seconds = 0;                   // time they took
  std::optional<Network> average = {};  // of the weights so far, when NetworkOptions::average asks for it
  std::optional<Network> best = {};  // the network (the average, if there is one) with the highest validation accuracy
  double best_accuracy = -1;
  Index best_epoch = 0;

  /// The network that the run has come to: the average if there is one.
  const Network& current() const noexcept { return average ? *average : network; }
};

struct NetworkOptions {
  Optimizer optimizer = AdamW{};
  Schedule schedule = constant();
  Index epochs = 10;
  Index batch = 128;       // samples a step of the optimiser
  Index micro_batch = 32;  // samples a task, and that batch norm sees together
  double label_smoothing = 0;
  /// How much a sample of each class counts; empty: 1 each. A class of weight 0 takes no part: its samples do not
  /// count, and those of others are not told from it. The loss that is reported is without weights.
  std::vector<double> class_weights = {};
  /// What knows already: with `teacher_share` the target is the probabilities that it gives to the same image, as
  /// `augment` changed it, and with the rest the label (see distil). Takes such images and has these classes; there are
  /// no class_weights of 0 then. The loss that is reported is that of the labels. Null: none.
  const Network* teacher = nullptr;
  double teacher_share = 0.8;
  double average =
      0;  // decay of the moving average of the weights, which is then the result (see update_average); 0: none
  std::optional<Dataset> validation = {};  // measured after every epoch; the best epoch's weights are kept
  Index patience = 0;                      // stop after so many epochs without a better validation accuracy; 0: never
  std::uint64_t seed = 1;                  // order of the samples, dropout and augmentation
  int threads = 0;                         // 0: all cores; the result is the same for any number
  /// Changes one training image (values 0..1, in the order of Shape) each time it is used. Called from several threads.
  std::function<void(std::span<float> image, const Shape& shape, Rng& rng)> augment = {};
  /// Share of the epochs that use `augment`. Those after it let the network settle on what images really look like (He
  /// et al. 2019, arXiv:1909.09148).
  double augment_until = 1;
  /// What changes the images in the epochs after those; none: nothing does.
  std::function<void(std::span<float> image, const Shape& shape, Rng& rng)> augment_after = {};
  ProgressCallback on_progress = {};
  /// Asked after every batch; true ends the run there.
  std::function<bool()> stop = {};
  /// Called after every epoch, before on_progress, and where `stop` ends the run: the place to write a checkpoint.
  std::function<void(const TrainingState&)> on_checkpoint = {};
  /// Who trains the network together (core/collective.hpp). A rank computes the gradients of its share of each batch's
  /// micro-batches and updates its share of the weights (as ZeRO stage 1, Rajbhandari et al. 2020, arXiv:1910.02054),
  /// whose moments of the optimiser the others do not keep up. All ranks have the same data, network and options, but
  /// for threads and callbacks; one that stops stops all. Ranks beyond batch / micro_batch only update weights. Null:
  /// this process alone.
  Collective* ranks = nullptr;

  void check() const;  // throws ValueError that names the first field out of range
};

/// Continues a run (state.epoch epochs and state.batch batches are done) to options.epochs, and returns the classifier:
/// the best epoch's network when there is a validation set, else the last one; the average of its weights when
/// options.average is set.
///
/// Every batch is cut into fixed micro-batches; each is one task on one thread, and their gradients are added in a
/// fixed binary tree. So the same seed gives the same weights, bit for bit, for any number of threads and of ranks, on
/// machines of one kind.
///
/// Throws ValueError for options that make no sense, for micro-batches of one image where batch norm needs two, and for
/// a network whose weights are not finite, and for ranks whose data, network or options differ; ShapeError when data
/// and network do not fit; Error, with epoch, batch and layer or image, when the loss, a weight or what `augment` made
/// is not finite any more.
NetworkClassifier fit_network(TrainingState state, const Dataset& train, const NetworkOptions& options = {});

/// Trains a network from its initial weights.
NetworkClassifier fit_network(Network network, const Dataset& train, const NetworkOptions& options = {});

/// Trains a network of plain features from its initial weights. features: features x samples, best with values of order
/// 1; labels: one per sample in [0, class_names.size()). What options.augment gets, and what a pixel p of
/// options.validation counts as, are values of the same kind: p / 255. Throws as above, and ValueError for a label out
/// of range or a feature that is not finite.
NetworkClassifier fit_network(Network network, const Matrix& features, std::span<const Label> labels,
                              std::vector<std::string> class_names, const NetworkOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/trainer.ipp>
#endif
