#pragma once

#include <inkling/core/error.hpp>
#include <inkling/nn/layers/padding.hpp>

#include <string>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void require_room_for_kernel(const Shape& padded, Index kernel, const Shape& in) {
  if (padded.height >= kernel && padded.width >= kernel) return;
  throw ShapeError("expected an input of at least " + std::to_string(kernel) + "x" + std::to_string(kernel) +
                   " for its kernel, got " + to_string(in));
}

}  // namespace inkling::inline INKLING_ABI::nn
