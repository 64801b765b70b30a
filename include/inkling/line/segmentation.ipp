#pragma once

#include <inkling/core/range.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/picture/components.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void SegmentOptions::check() const {
  normalise.check();
  in_range("SegmentOptions::largest_height", largest_height, {1, 65'535});
  in_range("SegmentOptions::smallest_height", smallest_height, {1, 65'535});
  in_range("SegmentOptions::slant_share", slant_share, {0, 2});
  in_range("SegmentOptions::max_cut", max_cut, {0, 1e6});
  in_range("SegmentOptions::cut_distance", cut_distance, {0, 1000});
  in_range("SegmentOptions::max_parts", max_parts, {1, 1e6});
}

INKLING_INLINE Piece Piece::nothing() noexcept {
  constexpr Index far = std::numeric_limits<Index>::max();
  return {{far, far, 0, 0, 0}, HUGE_VAL, -HUGE_VAL};
}

INKLING_INLINE void Piece::extend(Index x, Index y, Index u) noexcept {
  box = together(box, {x, y, x + 1, y + 1, 1});
  begin = std::min(begin, static_cast<double>(u));
  end = std::max(end, static_cast<double>(u + 1));
}

}  // namespace inkling::inline INKLING_ABI
