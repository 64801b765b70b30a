#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>

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
  const Index needed = (size - 1) / stride * stride + kernel - size;
  return needed > 0 ? needed : 0;
}

/// Throws ShapeError when a window of `kernel` x `kernel` does not fit into the padded image. `in`: without padding.
void require_room_for_kernel(const Shape& padded, Index kernel, const Shape& in);

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/padding.ipp>
#endif
