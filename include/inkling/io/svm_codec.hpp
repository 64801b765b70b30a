#pragma once

#include <inkling/core/shape.hpp>
#include <inkling/io/storage.hpp>
#include <inkling/io/tensor_reader.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Linear SVMs as tensors, and back: "weight" [classes, features] and "bias" [classes], as in scikit-learn's coef_ and
/// intercept_.
namespace inkling::detail {

/// It has no options.
inline nlohmann::json architecture_of(const LinearSvm&) {
  return nlohmann::json::array();
}

/// The machine with the numbers that are left after it is stored. Throws ValueError for a number that cannot be.
inline LinearSvm stored_model(const LinearSvm& svm, Storage storage) {
  LinearSvm stored(svm.input_shape(), svm.class_names(), stored_values(svm.weights(), storage, "weight"), svm.bias());
  stored.set_temperature(svm.temperature());
  return stored;
}

inline void add_tensors(const LinearSvm& svm, Storage storage, std::map<std::string, Tensor>& tensors) {
  const Matrix& weights = svm.weights();  // features x classes: in memory one class after another
  tensors["weight"] = stored_tensor(weights, {weights.cols(), weights.rows()}, storage);
  tensors["bias"] = stored_tensor(svm.bias(), {svm.bias().size()}, Storage::f32);
}

inline std::unique_ptr<LinearSvm> decode_svm(const Shape& input, std::vector<std::string> class_names,
                                             TensorReader& tensors) {
  const auto classes = static_cast<Index>(class_names.size());
  const std::vector<float> weights = tensors.take_finite("weight", {classes, input.size()});
  const std::vector<float> bias = tensors.take_finite("bias", {classes});
  return std::make_unique<LinearSvm>(input, std::move(class_names),
                                     Eigen::Map<const Matrix>(weights.data(), input.size(), classes),
                                     Eigen::Map<const Vector>(bias.data(), classes));
}

}  // namespace inkling::detail
