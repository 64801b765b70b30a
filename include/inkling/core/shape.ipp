#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>

#include <ostream>
#include <string>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::string to_string(const Shape& shape) {
  return std::to_string(shape.height) + 'x' + std::to_string(shape.width) + 'x' + std::to_string(shape.channels);
}

INKLING_INLINE void Shape::check(const char* who) const {
  constexpr Index most = Index{1} << (sizeof(Index) < 8 ? 28 : 40);  // an Index of WebAssembly has 32 bits
  const bool has_values = height > 0 && width > 0 && channels > 0;
  if (!has_values || height > most || width > most / height || channels > most / height / width) {
    throw ShapeError(std::string(who) + ": expected a shape with sides above 0 and at most 2^40 values, got " +
                     to_string(*this));
  }
}

INKLING_INLINE std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << to_string(shape);
}

}  // namespace inkling::inline INKLING_ABI
