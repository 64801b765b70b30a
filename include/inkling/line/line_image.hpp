#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI {

/// Where the pixels of a LineImage come from. With the slant taken out, row v and column u of it are
///
///     y = top + v / scale        x = left + u / scale - slant * (y - middle)
///
/// in pixels of the picture.
struct LinePlacement {
  double scale = 1;  // pixels of the line image for each of the picture
  double left = 0;
  double top = 0;
  double middle = 0;  // of the line's characters
  double slant = 0;   // columns to the right for each row up that were taken out
};

/// The writing of a line, upright, of one height, and without what is printed: what a LineModel reads.
struct LineImage {
  FloatImage ink;  // 0 paper to 1; the middle of the characters lies in the middle row
  LinePlacement placement = {};
};

struct LineImageOptions {
  Index height = 40;            // rows
  double body = 0.6;            // of them, the share that the line's characters are high
  double slant_share = 0.9;     // of the estimated slant that is taken out
  Index largest_width = 2'000;  // columns
  SegmentOptions segment = {};  // how to tell writing from paper and print

  void check() const;  // throws ValueError that names the first field out of range
};

/// Throws NoInkError when there is no ink, FormatError when the line would be wider than largest_width.
LineImage line_image(const GreyImage& picture, const LineImageOptions& options = {});

/// The ink in columns [begin, end) of a line image, as a box in the picture; an empty one where there is none.
Box box_of_columns(const LineImage& line, Index begin, Index end);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/line/line_image.ipp>
#endif
