#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// A printed line that runs nearly along the rows of a picture: a ruled line, or a side of a box.
struct Rule {
  Index first = 0;            // column
  std::vector<float> centre;  // row of its middle in the columns first, first + 1, ...
  float thickness = 0;        // pixels

  Index length() const noexcept { return static_cast<Index>(centre.size()); }
};

struct RuleOptions {
  Index min_length = 0;     // pixels
  Index max_thickness = 0;  // pixels; what is thicker is no line
  double max_slope = 0.06;  // rows a column
  double min_clear = 0.45;  // share of its columns in which the line is free of other ink
  double min_ink = 0.92;    // share of its columns with any ink: the bars of several T are no line

  void check() const;  // throws ValueError that names the first field out of range
};

/// The lines along the rows of a mask, from the most to the least visible one. A line is found where thin vertical runs
/// of ink lie on a straight line, so that strokes which cross it do no harm.
std::vector<Rule> find_rules(const Image<std::uint8_t>& mask, const RuleOptions& options);

/// Takes a line out of the ink, and joins the strokes that it crossed: where ink reaches the line from above and,
/// within a slope of about 45 degrees, from below, what lies between is stroke. A rule without columns takes nothing
/// out. Throws ValueError unless its numbers are finite and lie within a picture.
void erase_rule(Ink& ink, const Rule& rule);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/rule.ipp>
#endif
