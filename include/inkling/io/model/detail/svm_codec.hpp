#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/safetensors/storage.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/model/architecture.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

/// Linear SVMs as tensors, and back: "weight" [classes, features] and "bias" [classes], as in scikit-learn's coef_ and
/// intercept_; "sigmoid" [classes, 2], slope and offset of each class, when there are any. The architecture is an empty
/// array for pixels, or [{"kind": "hog", ...}].
namespace inkling::inline INKLING_ABI::detail {

Architecture architecture_of(const LinearSvm& svm);

/// The machine with the numbers that are left after it is stored. Throws ValueError for a number that cannot be.
LinearSvm stored_model(const LinearSvm& svm, Storage storage);

void add_tensors(const LinearSvm& svm, Storage storage, std::map<std::string, Tensor>& tensors);

std::unique_ptr<LinearSvm> decode_svm(const Shape& input, std::vector<std::string> class_names,
                                      const Architecture& architecture, TensorReader& tensors);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/model/detail/svm_codec.ipp>
#endif
