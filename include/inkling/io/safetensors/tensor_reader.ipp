#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::size_t TensorReader::bytes() const noexcept {
  std::size_t sum = 0;
  for (const auto& [name, tensor] : tensors_) sum += tensor.bytes.size();
  return sum;
}

INKLING_INLINE std::vector<float> TensorReader::take_finite(const std::string& name, const std::vector<Index>& dims) {
  check_dims(name, dims);
  const Tensor tensor = remove(name);
  std::vector<float> result;
  if (tensor.dtype == Dtype::f16) {
    const auto halves = values<Eigen::half>(name, tensor);
    result.assign(halves.begin(), halves.end());
  } else {
    result = values<float>(name, tensor);
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (!std::isfinite(result[i])) fail(name, "value " + std::to_string(i) + " is not a finite number");
  }
  return result;
}

INKLING_INLINE void TensorReader::check_dims(const std::string& name, std::span<const Index> dims) const {
  const Tensor& tensor = find(name);
  if (!std::equal(dims.begin(), dims.end(), tensor.dims.begin(), tensor.dims.end())) {
    fail(name, "expected dimensions " + to_string(dims) + ", got " + to_string(tensor.dims));
  }
}

INKLING_INLINE void TensorReader::finish() const {
  if (!tensors_.empty()) fail(tensors_.begin()->first, "it has no place in this model");
}

[[noreturn]] INKLING_INLINE void TensorReader::fail(const std::string& name, const std::string& what) {
  throw FormatError("tensor '" + name + "': " + what);
}

INKLING_INLINE const Tensor& TensorReader::find(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) fail(name, "it is missing");
  return found->second;
}

}  // namespace inkling::inline INKLING_ABI
