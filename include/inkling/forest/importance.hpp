#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/model/classifier.hpp>

#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// RandomForest::impurity_importance by bytes of the image: where it looks. The importance of a feature of Hog is
/// spread evenly over the pixels of its cell. Empty for a forest that was loaded.
std::vector<double> pixel_importance(const RandomForest& forest);

struct PermutationOptions {
  Index repeats = 1;
  std::uint64_t seed = 1;
  int threads = 0;  // 0: all cores; the result does not depend on it

  void check() const;  // throws ValueError that names the first field out of range
};

/// For each byte of the image: by how much the accuracy falls when this byte is shuffled among the images, the mean
/// over the repeats (Breiman 2001; Fisher, Rudin and Dominici 2019, arXiv:1801.01489). For any classifier; `dataset`
/// should be one that it did not learn from. Bytes that are the same in all images give 0. It classifies the whole
/// dataset `repeats` times for each other byte. Throws ValueError unless repeats > 0, and as Classifier::predict.
std::vector<double> permutation_importance(const Classifier& model, const Dataset& dataset,
                                           const PermutationOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/forest/importance.ipp>
#endif
