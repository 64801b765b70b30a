#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <cstddef>

namespace inkling::inline INKLING_ABI::detail {

/// Most values that a layer read from a file may put out for one image.
inline constexpr Index most_layer_values = Index{1} << 24U;

/// Whether what a file says may take so many bytes beside what it holds. With the file itself, the tensors made of it
/// and the program, that stays within 64 MB and 20 times the file.
constexpr bool may_ask_for(double bytes, std::size_t file_bytes) noexcept {
  constexpr double small = 48 * 1024 * 1024;
  return bytes <= small + 16 * static_cast<double>(file_bytes);
}

}  // namespace inkling::inline INKLING_ABI::detail
