#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/forest/options.hpp>

#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI {

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
