#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/line/segmentation.hpp>

#include <cmath>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Takes the slant out of columns: whole pixels, so that every pixel keeps a place of its own.
struct Upright {
  double slant = 0;
  Index height = 0;

  Index shift(Index y) const noexcept {
    return static_cast<Index>(std::lround(slant * (static_cast<double>(y) - static_cast<double>(height) / 2)));
  }
};

/// Cuts the stacks of a line where they may hold several characters, and fills its pieces and cuts. line.labels:
/// before, the stack of a pixel or -1; after, its piece.
void cut_stacks(const std::vector<Piece>& stacks, const SegmentOptions& options, Segmentation& line);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/line/detail/cutter.ipp>
#endif
