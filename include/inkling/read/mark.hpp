#pragma once

#include <inkling/core/config.hpp>

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
double misfit(char mark, const InkShape& shape);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/mark.ipp>
#endif
