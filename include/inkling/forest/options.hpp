#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/progress.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

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
};

/// Weights for ForestOptions::class_weights that make all classes of the dataset count the same in all: samples /
/// (classes that occur * samples of the class), and 1 for a class that does not occur.
inline std::vector<double> balanced_class_weights(const Dataset& dataset) {
  std::vector<double> counts(static_cast<std::size_t>(dataset.num_classes()), 0);
  for (const Label label : dataset.labels()) ++counts[static_cast<std::size_t>(label)];
  const auto occurring = static_cast<double>(std::ranges::count_if(counts, [](double n) { return n > 0; }));
  std::vector<double> weights;
  for (const double n : counts) weights.push_back(n > 0 ? static_cast<double>(dataset.size()) / (occurring * n) : 1);
  return weights;
}

namespace forest {

/// Throws ValueError naming the first option that is out of range.
inline void check(const ForestOptions& options, Index classes) {
  const auto refuse = [](const char* name, Index lowest, Index got) {
    if (got < lowest) {
      throw ValueError(std::string("RandomForest: ") + name + " must be at least " + std::to_string(lowest) + ", got " +
                       std::to_string(got));
    }
  };
  refuse("trees", 1, options.trees);
  refuse("max_features", 0, options.max_features);
  refuse("min_samples_leaf", 1, options.min_samples_leaf);
  refuse("max_depth", 0, options.max_depth);
  refuse("max_leaves", 0, options.max_leaves);
  if (options.class_weights.empty()) return;
  if (static_cast<Index>(options.class_weights.size()) != classes) {
    throw ValueError("RandomForest: expected " + std::to_string(classes) + " class weights, got " +
                     std::to_string(options.class_weights.size()));
  }
  for (const double weight : options.class_weights) {
    if (!(weight > 0) || !std::isfinite(weight)) {
      throw ValueError("RandomForest: a class weight is above 0 and finite, got " + std::to_string(weight));
    }
  }
}

/// What one sample of each class counts, in whole numbers, so that scores stay exact. `unit`, a power of two, stands
/// for the weight 1, so that weights in a simple ratio keep it.
struct ClassWeights {
  std::vector<std::uint16_t> of_class;
  std::uint32_t unit = 1;

  /// The weights of all samples add up to less than 2^31, and 12 repeats of the heaviest fit 16 bits.
  ClassWeights(const std::vector<double>& weights, Index samples, Index classes)
      : of_class(static_cast<std::size_t>(classes), 1) {
    if (weights.empty()) return;
    const double largest = std::clamp(0x1p31 / static_cast<double>(samples), 1.0, 4096.0);
    const double scale = std::exp2(std::floor(std::log2(largest / *std::ranges::max_element(weights))));
    unit = static_cast<std::uint32_t>(std::clamp(scale, 1.0, 0x1p31));
    for (std::size_t c = 0; c < of_class.size(); ++c) {
      of_class[c] = static_cast<std::uint16_t>(std::max(1.0, std::round(weights[c] * scale)));
    }
  }
};

}  // namespace forest
}  // namespace inkling::inline INKLING_ABI
