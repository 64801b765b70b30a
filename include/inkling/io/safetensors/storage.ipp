#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/safetensors/storage.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::string to_string(Storage storage) {
  return storage == Storage::f32 ? "f32" : storage == Storage::f16 ? "f16" : "i8";
}

INKLING_INLINE Storage parse_storage(std::string_view name) {
  for (const Storage storage : {Storage::f32, Storage::f16, Storage::i8}) {
    if (name == to_string(storage)) return storage;
  }
  throw ValueError("storage: expected f32, f16 or i8, got '" + std::string(name) + "'");
}

namespace detail {

INKLING_INLINE Matrix stored_values(const Matrix& values, Storage storage, const std::string& name) {
  Matrix result = values;
  if (storage == Storage::f16) result = values.cast<Eigen::half>().cast<float>();
  if (!result.allFinite()) {
    throw ValueError("save_model: '" + name + "' has a value that is not finite or too large for " +
                     to_string(storage));
  }
  return result;
}

INKLING_INLINE Tensor stored_tensor(const Matrix& values, std::vector<Index> dims, Storage storage) {
  const auto size = static_cast<std::size_t>(values.size());
  if (storage == Storage::f32) return make_tensor<float>(std::move(dims), {values.data(), size});
  const MatrixOf<Eigen::half> halves = values.cast<Eigen::half>();
  return make_tensor<Eigen::half>(std::move(dims), {halves.data(), size});
}

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI
