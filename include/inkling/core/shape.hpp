#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <iosfwd>
#include <string>

namespace inkling::inline INKLING_ABI {

/// Shape of one sample: height x width x channels, the channel fastest in memory.
///
///     value (y, x, c) of a sample stands at (y * width + x) * channels + c of its column:
///
///         column  | y=0,x=0: c0 c1 c2 | y=0,x=1: c0 c1 c2 | ... | y=1,x=0: c0 c1 c2 | ...
///
/// so the column, read as a column-major `channels x (height * width)` matrix, holds one pixel in each column.
/// A plain feature vector of n values is {1, 1, n}. A grey image is {height, width, 1}.
struct Shape {
  Index height = 1;
  Index width = 1;
  Index channels = 1;

  Index pixels() const noexcept { return height * width; }
  Index size() const noexcept { return height * width * channels; }
  bool operator==(const Shape&) const = default;

  /// Throws ShapeError, which begins with `who`, unless every side is above 0 and the size at most 2^40.
  void check(const char* who) const;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// "28x28x1"
std::string to_string(const Shape& shape);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/core/shape.ipp>
#endif
