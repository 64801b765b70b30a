#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
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
  const Tensor& tensor = find(name);
  std::vector<float> result(tensor.bytes.size() / size_of(tensor.dtype));
  take_finite(name, dims, result);
  return result;
}

INKLING_INLINE void TensorReader::take_finite(const std::string& name, const std::vector<Index>& dims,
                                              std::span<float> to) {
  check_dims(name, dims);
  const Tensor tensor = remove(name);
  naming(name,
         [&] { tensor.dtype == Dtype::f16 ? copy_values<Eigen::half>(tensor, to) : copy_values<float>(tensor, to); });
  int broken = 0;  // without a branch, eight or sixteen at once
  for (const float value : to) broken |= static_cast<int>(!(std::abs(value) <= std::numeric_limits<float>::max()));
  if (broken == 0) return;
  const auto first = std::find_if_not(to.begin(), to.end(), [](float value) { return std::isfinite(value); });
  fail(name, "value " + std::to_string(first - to.begin()) + " is not a finite number");
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
