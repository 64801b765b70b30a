#pragma once

#include <inkling/core/config.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// The connected parts of the ink in a picture of a line, and which of them are its writing.
struct LineParts {
  Image<std::uint8_t> mask;  // 1: ink of a part that is kept
  Components components;
  std::vector<bool> keep;  // of each component
};

/// Finds the ink of a line: printed lines, specks and what lies far above or below are left out. Fills `ink`, `form`,
/// `scale`, `stroke_width` and `height` of the line. Throws NoInkError when the picture is empty or has no ink.
LineParts find_line_parts(const GreyImage& picture, const SegmentOptions& options, Segmentation& line);

/// Each label reaches `radius` pixels further, over what has none (-1).
void grow_labels(Image<std::int32_t>& labels, int radius);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/line/detail/line_parts.ipp>
#endif
