#pragma once

#include <inkling/core/shape.hpp>

#include <ostream>
#include <string>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::string to_string(const Shape& shape) {
  return std::to_string(shape.height) + 'x' + std::to_string(shape.width) + 'x' + std::to_string(shape.channels);
}

INKLING_INLINE std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << to_string(shape);
}

}  // namespace inkling::inline INKLING_ABI
