#pragma once

#include <inkling/read/mark.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE double misfit(char mark, const InkShape& shape) {
  const auto above = [](double value, double limit) { return std::max(0.0, value - limit); };
  const auto below = [](double value, double limit) { return std::max(0.0, limit - value); };
  constexpr double strictness = 12;
  double excess = 0;
  switch (mark) {
    case '.':
    case ',':
    case '\'': {
      const double largest = mark == '.' ? 0.3 : 0.45;
      excess = above(shape.height, largest) + above(shape.width, 0.35);
      excess += mark == '\'' ? above(shape.middle, 0.4) : below(shape.middle, 0.7);
      break;
    }
    case '-':
    case '=':
      excess = above(shape.height, mark == '-' ? 0.3 : 0.6) + below(shape.width, 0.2) +
               below(shape.width, 1.2 * shape.height) + above(std::abs(shape.middle - 0.5), 0.25);
      break;
    case '/':
      excess = below(shape.height, 0.6) + below(shape.slope, 0.15) + 4 * above(shape.spread, 0.1);
      break;
    case '\\':
      excess = below(shape.height, 0.6) + below(-shape.slope, 0.15) + 4 * above(shape.spread, 0.1);
      break;
    case '|':
      excess = below(shape.height, 0.6) + above(shape.width, 0.3);
      break;
    case ':':
    case ';':
      excess = above(shape.width, 0.35) + below(shape.height, 0.3);
      break;
    case ' ':
      excess = 10;
      break;  // is never ink
    default:
      excess = below(shape.height, 0.5);
  }
  return strictness * excess;
}

}  // namespace inkling::inline INKLING_ABI
