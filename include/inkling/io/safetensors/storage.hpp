#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/safetensors/safetensors.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// How a model file holds the weights of networks and SVMs. Everything else is stored as it is.
enum class Storage {
  f32,  // exactly
  f16,  // in half the bytes, with 11 significant bits
  i8,   // of networks alone: whole numbers of steps, zlib over them; see io/model/detail/weight_levels.hpp
};

/// "f32"
std::string to_string(Storage storage);

/// The storage of that name. Throws ValueError listing the names.
Storage parse_storage(std::string_view name);

namespace detail {

/// The values that are left after they are stored. `name` is for errors.
/// Throws ValueError for a value that is not finite, or too large for F16. Requires: storage is f32 or f16.
Matrix stored_values(const Matrix& values, Storage storage, const std::string& name);

/// values, in their order in memory, as a tensor with these dimensions.
Tensor stored_tensor(const Matrix& values, std::vector<Index> dims, Storage storage);

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/safetensors/storage.ipp>
#endif
