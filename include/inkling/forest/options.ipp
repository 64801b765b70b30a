#pragma once

#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/options.hpp>

#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void ForestOptions::check() const {
  in_range("ForestOptions::trees", trees, {1, 100'000});
  in_range("ForestOptions::max_features", max_features, {});
  in_range("ForestOptions::min_samples_leaf", min_samples_leaf, {1, 1e9});
  in_range("ForestOptions::max_depth", max_depth, {});
  in_range("ForestOptions::max_leaves", max_leaves, {});
  for (const double weight : class_weights) {
    in_range("ForestOptions::class_weights", weight, {.low = 0, .high = 1e6, .above_low = true});
  }
  if (hog) hog->check();
  in_range("ForestOptions::threads", threads, {0, most_threads});
}

INKLING_INLINE std::vector<double> balanced_class_weights(const Dataset& dataset) {
  std::vector<double> counts(static_cast<std::size_t>(dataset.num_classes()), 0);
  for (const Label label : dataset.labels()) ++counts[static_cast<std::size_t>(label)];
  double occurring = 0;
  for (const double n : counts) occurring += n > 0 ? 1 : 0;
  std::vector<double> weights;
  for (const double n : counts) weights.push_back(n > 0 ? static_cast<double>(dataset.size()) / (occurring * n) : 1);
  return weights;
}

}  // namespace inkling::inline INKLING_ABI
