#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/forest/options.hpp>
#include <inkling/forest/random_forest.hpp>

#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Grows a random forest. Forests of at least least_calibrated_trees trees are calibrated on their out-of-bag votes, if
/// there are any.
///
///     const RandomForest forest = fit_forest(train, {.trees = 200});
///
/// A Dataset that is moved here, and shared with no other, gives its memory back when the trees do not look at its
/// images.
///
/// Throws ValueError when the data is empty, has more than 65,535 classes or features or 16,777,216 samples, or when an
/// option is out of range.
RandomForest fit_forest(Dataset dataset, const ForestOptions& options = {});

/// The same from plain features, cut into bytes by fit_quantile_bins. features: features x samples; labels: one per
/// sample in [0, class_names.size()). options.hog is ignored.
///
///     const RandomForest forest = fit_forest(features, labels, {"malignant", "benign"});
///     const Matrix shares = forest.feature_scores(others);
///
/// Throws as above and as fit_quantile_bins does; ShapeError unless there is a label a sample.
RandomForest fit_forest(const Matrix& features, std::span<const Label> labels, std::vector<std::string> class_names,
                        ForestOptions options = {});

/// The forest with further trees, up to options.trees. When data and other options are those it was fitted with, the
/// result is the one of fitting all trees at once. With another seed, the trees still vote out of bag on what they did
/// not see; those that learned from other data, or were loaded, do not vote, as nobody knows what they saw. Throws as
/// fit_forest does, and ValueError when the forest has more trees, other classes, other images or other features.
RandomForest grow_forest(const RandomForest& forest, const Dataset& dataset, const ForestOptions& options);

/// Forests of fewer trees keep the temperature 1.
inline constexpr Index least_calibrated_trees = 64;

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/forest/fit_forest.ipp>
#endif
