#pragma once

#include <inkling/features/hog.hpp>
#include <inkling/io/model/detail/hog_codec.hpp>
#include <inkling/io/model/detail/svm_codec.hpp>
#include <inkling/model/calibration.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE Architecture architecture_of(const LinearSvm& svm) {
  return hog_architecture(svm.hog());
}

INKLING_INLINE LinearSvm stored_model(const LinearSvm& svm, Storage storage) {
  require<ValueError>(storage != Storage::i8, "save_model: expected storage f32 or f16 for an svm, got i8");
  const auto hog = svm.hog() ? std::optional(svm.hog()->options()) : std::nullopt;
  LinearSvm stored(svm.input_shape(), svm.class_names(), stored_values(svm.weights(), storage, "weight"), svm.bias(),
                   hog);
  stored.set_temperature(svm.temperature());
  stored.set_sigmoids(svm.sigmoids());
  return stored;
}

INKLING_INLINE void add_tensors(const LinearSvm& svm, Storage storage, std::map<std::string, Tensor>& tensors) {
  const Matrix& weights = svm.weights();  // features x classes: in memory one class after another
  tensors["weight"] = stored_tensor(weights, {weights.cols(), weights.rows()}, storage);
  tensors["bias"] = stored_tensor(svm.bias(), {svm.bias().size()}, Storage::f32);
  if (svm.sigmoids().empty()) return;
  Matrix sigmoids(2, weights.cols());
  for (Index k = 0; k < weights.cols(); ++k) {
    const PlattSigmoid& sigmoid = svm.sigmoids()[static_cast<std::size_t>(k)];
    sigmoids.col(k) << sigmoid.slope, sigmoid.offset;
  }
  tensors["sigmoid"] = stored_tensor(sigmoids, {weights.cols(), 2}, Storage::f32);
}

INKLING_INLINE std::unique_ptr<LinearSvm> decode_svm(const Shape& input, std::vector<std::string> class_names,
                                                     const Architecture& architecture, TensorReader& tensors) {
  const auto classes = static_cast<Index>(class_names.size());
  const std::optional<HogOptions> hog = decode_hog(architecture);
  const Index features = hog ? Hog(input, *hog).size() : input.size();
  const std::vector<float> weights = tensors.take_finite("weight", {classes, features});
  const std::vector<float> bias = tensors.take_finite("bias", {classes});
  auto svm = std::make_unique<LinearSvm>(input, std::move(class_names),
                                         Eigen::Map<const Matrix>(weights.data(), features, classes),
                                         Eigen::Map<const Vector>(bias.data(), classes), hog);
  if (tensors.has("sigmoid")) {
    const std::vector<float> numbers = tensors.take_finite("sigmoid", {classes, 2});
    std::vector<PlattSigmoid> sigmoids;
    for (std::size_t k = 0; k < numbers.size(); k += 2) sigmoids.push_back({numbers[k], numbers[k + 1]});
    svm->set_sigmoids(std::move(sigmoids));
  }
  return svm;
}

}  // namespace inkling::inline INKLING_ABI::detail
