#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/svm/options.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI {

struct CSearch {
  std::vector<double> candidates = {0.01, 0.03, 0.1, 0.3, 1};
  Index folds = 3;

  void check() const;  // throws ValueError that names the first field out of range
};

struct CChoice {
  double c = 0;  // the candidate with the highest accuracy; of equal ones the smallest
  /// Of each candidate, in the order of CSearch::candidates sorted: the share of samples that were right.
  std::vector<double> accuracy;
};

/// Chooses c by cross-validation: every fold in turn is held out, and every candidate trained on the others, each from
/// where the next smaller one ended. options.c, options.start and options.on_progress are not used.
/// Throws ValueError when there is no candidate, one is out of range, or there are not 2 folds with a sample each.
CChoice choose_c(const Dataset& dataset, const SvmOptions& options = {}, CSearch search = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/svm/choose_c.ipp>
#endif
