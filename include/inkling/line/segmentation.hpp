#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The smallest unit of a line of writing: a connected part, some that lie above one another (i, =), or a slice of one
/// that may hold several characters. A character is one piece or several that follow one another.
struct Piece {
  Component box;     // in pixels of the ink
  double begin = 0;  // its extent along the line once the slant is taken out, in the same pixels
  double end = 0;

  static Piece nothing() noexcept;
  /// Takes in a pixel, which lies in column u once the slant is taken out.
  void extend(Index x, Index y, Index u) noexcept;
};

/// A line of writing, cut into more pieces than it has characters. Which of them belong together is not decided here.
struct Segmentation {
  Ink ink;                       // of the writing, without printed lines
  Image<std::int32_t> labels;    // the piece that a pixel belongs to, or -1; 2 pixels wider than the strokes
  std::vector<Piece> pieces;     // in reading order
  std::vector<float> cuts;       // pieces + 1: what parts a piece from those before it, in stroke widths of ink
  double height = 0;             // of the line's characters
  double stroke_width = 0;       // pixels of the ink
  double slant = 0;              // columns to the right for each row up
  double scale = 1;              // pixels of the picture for each pixel of the ink
  std::optional<Box> form = {};  // the printed box around the line
};

struct SegmentOptions {
  NormaliseOptions normalise = {};  // how to tell ink from paper
  Index largest_height = 512;       // higher pictures are reduced by a whole factor first
  Index smallest_height = 96;       // lower ones are enlarged to this
  double slant_share = 0.8;         // of the estimated slant that is taken out
  double max_cut = 3;               // stroke widths of ink that a cut may cross
  double cut_distance = 0.16;       // between cuts, in heights of the line
  std::size_t max_parts = 400;      // connected parts, and pieces; with more, the picture is no line of writing

  void check() const;  // throws ValueError that names the first field out of range
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/line/segmentation.ipp>
#endif
