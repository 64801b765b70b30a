#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/svm/linear_svm.hpp>
#include <inkling/svm/options.hpp>

#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Trains a linear SVM, one class against the rest: by Newton's method on the primal problem (squared hinge loss, see
/// svm/detail/newton.hpp) or by dual coordinate descent (hinge loss, svm/detail/dual_coordinate_descent.hpp).
///
///     const LinearSvm svm = fit_svm(train, {.c = 0.3, .hog = HogOptions{}});
///
/// A Dataset that is moved here, and shared with no other, gives its memory back while features are made of it.
///
/// Throws ValueError when the data is empty or an option is out of range; ShapeError when options.start has another
/// shape, and as Hog does.
LinearSvm fit_svm(Dataset dataset, const SvmOptions& options = {});

/// features: features x samples, best with values of order 1; labels: one per sample in [0, class_names.size()).
/// options.hog is ignored. Throws ShapeError when the sizes differ, ValueError as above and when a label is out of
/// range or a feature is not finite.
LinearSvm fit_svm(const Matrix& features, std::span<const Label> labels, std::vector<std::string> class_names,
                  const SvmOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/svm/fit_svm.ipp>
#endif
