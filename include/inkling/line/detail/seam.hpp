#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/picture/grey_image.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// A way from the top to the bottom of a picture, one column for each row, neighbours at most one apart.
struct Seam {
  std::vector<Index> column;  // of each row: what lies left of it is one side, the rest the other
  float ink = 0;              // on the way, in pixels of full ink
};

struct SeamOptions {
  float max_ink = 0;       // in pixels of full ink
  Index min_distance = 1;  // between seams, at half of the height
  Index min_margin = 1;    // from both ends, there
  Index min_area = 0;      // pixels of ink on each side of a seam
};

/// The best places to cut some ink in two (0 paper to 1; pale ink is cheap to cross): the ways through each column at
/// half of the height that cross the least ink, where that column is better than its neighbours. They are found by
/// dynamic programming, as seams of images are (Avidan and Shamir 2007). From left to right.
std::vector<Seam> find_seams(const FloatImage& ink, const SeamOptions& options);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/line/detail/seam.ipp>
#endif
