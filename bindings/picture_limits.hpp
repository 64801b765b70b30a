#pragma once

#include <inkling/codec/limits.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::bindings {

/// What the bindings decode: the program chose the picture, so a file of any size, and pages of up to 63 million
/// pixels.
inline DecodeLimits picture_limits(std::size_t bytes) {
  return {.bytes = std::max<std::size_t>(bytes, 1), .pixels = Index{60} << 20U, .memory = std::size_t{400} << 20U};
}

}  // namespace inkling::bindings
