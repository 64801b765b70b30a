#pragma once

#include <inkling/core/config.hpp>
#include <inkling/line/segment.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI {

/// The shape of some ink in a line of writing; lengths are in heights of the line.
struct InkShape {
  double width = 0;
  double height = 0;
  double middle = 0;  // how far below the top of the line its middle lies: 0.5 in the middle, 1 on the baseline
  double slope = 0;   // columns to the right for each row up, of the line through the ink
  double spread = 0;  // how far the ink lies from that line, root mean square
};

/// How badly some ink fits a mark that no model knows, from 0 for a perfect fit: a price in nats, to be weighed against
/// the log-probabilities of characters. Marks are told by size, place and direction alone; one without a rule here
/// (such as $) may look like anything that is as high as a character.
inline double misfit(char mark, const InkShape& shape) {
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
