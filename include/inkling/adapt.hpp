#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <cstdint>
#include <optional>

/// A trained network made to fit a writer, a form or a country by a few samples of each class.
namespace inkling::inline INKLING_ABI {

struct AdaptOptions {
  Index images = 0;  // shown in a training, each changed anew by `augment`; 0: 4,000, and ten for each sample at least
  double learning_rate = 5e-4;  // at its peak
  Index folds = 3;              // trainings that measure; 0: none, and half of the way is gone (see Adaptation::share)
  Augmentation augment = {};    // none: handwriting_variation
  std::uint64_t seed = 1;
  int threads = 0;                    // 0: all cores; the result is the same for any number
  ProgressCallback on_progress = {};  // a step is an epoch of one of the trainings

  void check() const;  // throws ValueError that names the first field out of range
};

struct Adaptation {
  nn::NetworkClassifier model;
  /// How far the weights went from those of the network (0) to what the training found (1).
  double share = 0;
  /// Accuracy on samples that the training of their fold did not see, of the network as it was and adapted; only the
  /// classes that the samples have are told apart. None: there was nothing to measure on.
  std::optional<double> before = {};
  std::optional<double> after = {};
  Index samples = 0;
};

/// Fine-tunes all layers on the samples (1 to 50 a class are enough), with the statistics of batch norm as they are and
/// with the classes that no sample has left alone. How far it goes between the network as it was and what the training
/// found is chosen by cross-validation: between the two lie networks that know what both know (Wortsman et al. 2022,
/// arXiv:2109.01903). The temperature stays.
///
/// samples: of the network's image shape, with class names that with_classes (model/with_classes.hpp) finds in the
/// network's. Throws ValueError for options out of range and a label that the network does not know, ShapeError for
/// images of another shape.
Adaptation adapt(const nn::NetworkClassifier& model, const Dataset& samples, const AdaptOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/adapt.ipp>
#endif
