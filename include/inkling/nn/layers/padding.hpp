#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI::nn {

enum class Padding {
  valid,  // filters stay inside: an output has (size - kernel) / stride + 1 rows
  same,   // zeros around the input: an output has size / stride rows, rounded up
};

inline const char* to_string(Padding padding) noexcept {
  return padding == Padding::valid ? "valid" : "same";
}

/// Rows (or columns) of zeros that `padding` puts around an input of `size`. The smaller half comes before it.
inline Index border(Padding padding, Index size, Index kernel, Index stride) noexcept {
  if (padding == Padding::valid) return 0;
  const Index out = (size - 1) / stride + 1;
  return std::max<Index>(0, (out - 1) * stride + kernel - size);
}

}  // namespace inkling::inline INKLING_ABI::nn
