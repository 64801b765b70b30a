#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A printed line, followed along a picture: it may be slanted, bent, and broken where writing crosses it.
struct RuledLine {
  Index first = 0;                 // row where it begins (column, for a level line)
  std::vector<float> centre;       // its middle in each row from there on (or column)
  std::vector<std::uint8_t> seen;  // 1 where there was ink, 0 where it was bridged
  float thickness = 0;             // pixels

  Index end() const noexcept { return first + static_cast<Index>(centre.size()); }

  /// Its middle at any place; beyond its ends it goes straight on.
  double at(double along) const noexcept;

  /// Share of the stretch [from, to) along which it was seen, 0 to 1.
  double seen_between(double from, double to) const noexcept;
};

struct RuledLineOptions {
  int threshold = 26;        // of the ink map: what is darker may be a line
  Index min_length = 24;     // pixels
  Index max_thickness = 10;  // pixels
  Index max_gap = 14;        // pixels that a line may be lost, under writing or in a faint print
  double max_slope = 0.35;   // of a line meant to be level
  double min_seen = 0.6;     // share of its length

  void check() const;  // throws ValueError that names the first field out of range
};

/// Lines that run nearly down a picture of ink (see ink_map), from the upper end of each to its lower. Give it the
/// transposed picture for level lines. Runs of ink along a row that are thin enough are joined to lines over the rows,
/// which may bridge gaps; lines that go on where another ends become one.
std::vector<RuledLine> follow_lines(const GreyImage& ink, const RuledLineOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/layout/ruled_lines.ipp>
#endif
