#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/range.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/svm/choose_c.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>
#include <inkling/svm/options.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void CSearch::check() const {
  require<ValueError>(!candidates.empty(), "CSearch::candidates: at least one is needed");
  for (const double c : candidates) {
    in_range("CSearch::candidates", c, {.low = 0, .high = 1e6, .above_low = true});
  }
  in_range("CSearch::folds", folds, {2, 1e9});
}

namespace svm::detail {

/// The images' features as bytes, so that they are found once for all folds and candidates.
inline Dataset feature_bytes(const Dataset& dataset, const HogOptions& options, int threads) {
  const Hog hog(dataset.image_shape(), options);
  return {Shape{1, 1, hog.size()}, hog.byte_features(dataset.pixels(), threads), dataset.labels(),
          dataset.class_names()};
}

}  // namespace svm::detail

INKLING_INLINE CChoice choose_c(const Dataset& dataset, const SvmOptions& options, CSearch search) {
  search.check();
  options.check();
  in_range("CSearch::folds", search.folds, {2, static_cast<double>(dataset.size())});
  std::sort(search.candidates.begin(), search.candidates.end());
  const Dataset features = options.hog ? svm::detail::feature_bytes(dataset, *options.hog, options.threads) : dataset;
  SvmOptions fit = options;
  fit.hog.reset();
  fit.on_progress = {};
  std::vector<double> right(search.candidates.size(), 0);
  for (Index fold = 0; fold < search.folds; ++fold) {
    const auto [train, test] = features.stratified_fold(fold, search.folds, options.seed);
    std::optional<LinearSvm> svm;
    for (std::size_t k = 0; k < search.candidates.size(); ++k) {
      fit.c = search.candidates[k];
      fit.start = svm ? &*svm : nullptr;
      svm = fit_svm(train, fit);
      const std::vector<Label> predicted = svm->predict(test.pixels(), options.threads);
      right[k] += accuracy(test.labels(), predicted) * static_cast<double>(test.size());
    }
  }
  CChoice choice;
  for (const double count : right) choice.accuracy.push_back(count / static_cast<double>(features.size()));
  const auto best = std::max_element(choice.accuracy.begin(), choice.accuracy.end()) - choice.accuracy.begin();
  choice.c = search.candidates[static_cast<std::size_t>(best)];
  return choice;
}

}  // namespace inkling::inline INKLING_ABI
