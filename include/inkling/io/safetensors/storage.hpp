#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/safetensors/safetensors.hpp>

#include <Eigen/Core>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// How a model file holds the weights of networks and SVMs. Everything else is stored as it is.
enum class Storage {
  f32,  // exactly
  f16,  // in half the bytes, with 11 significant bits
};

/// "f32"
inline std::string to_string(Storage storage) {
  return storage == Storage::f32 ? "f32" : "f16";
}

namespace detail {

/// The values that are left after they are stored. `name` is for errors.
/// Throws ValueError for a value that is not finite, or too large for F16.
inline Matrix stored_values(const Matrix& values, Storage storage, const std::string& name) {
  Matrix result = values;
  if (storage == Storage::f16) result = values.cast<Eigen::half>().cast<float>();
  if (!result.allFinite()) {
    throw ValueError("save_model: '" + name + "' has a value that is not finite or too large for " +
                     to_string(storage));
  }
  return result;
}

/// values, in their order in memory, as a tensor with these dimensions.
inline Tensor stored_tensor(const Matrix& values, std::vector<Index> dims, Storage storage) {
  const auto size = static_cast<std::size_t>(values.size());
  if (storage == Storage::f32) return make_tensor<float>(std::move(dims), {values.data(), size});
  const MatrixOf<Eigen::half> halves = values.cast<Eigen::half>();
  return make_tensor<Eigen::half>(std::move(dims), {halves.data(), size});
}

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI
