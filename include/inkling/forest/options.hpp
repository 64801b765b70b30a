#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI {

class Collective;

struct ForestOptions {
  Index trees = 100;
  Index max_features = 0;      // features tried at a split; 0: the square root of their number
  Index min_samples_leaf = 1;  // a split leaves at least so many samples on either side, repeats and weights counted
  Index max_depth = 0;         // splits between root and leaf; 0: no limit
  Index max_leaves = 0;        // of a tree, which then keeps the splits of the largest gain; 0: no limit
  bool bootstrap = true;       // each tree learns from as many samples, drawn with repeats
  bool out_of_bag = true;      // score and calibrate the forest on what its trees did not see (needs bootstrap)
  bool random_thresholds = false;          // one random threshold a feature instead of the best: extremely random trees
  std::vector<double> class_weights = {};  // how much a sample of each class counts; empty: all the same
  std::optional<HogOptions> hog = {};      // look at histograms of oriented gradients instead of pixels
  std::uint64_t seed = 1;
  int threads = 0;                    // 0: all cores; the result does not depend on it
  ProgressCallback on_progress = {};  // called for every tree
  /// Who grows the forest together (core/collective.hpp): tree i on rank i mod n; the forest is that of one. All ranks
  /// have the same data and options, but for threads and callback. Null: this process alone.
  Collective* ranks = nullptr;

  void check() const;  // throws ValueError that names the first field out of range
};

/// Weights for ForestOptions::class_weights that make all classes of the dataset count the same in all: samples /
/// (classes that occur * samples of the class), and 1 for a class that does not occur.
std::vector<double> balanced_class_weights(const Dataset& dataset);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/forest/options.ipp>
#endif
