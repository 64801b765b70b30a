#pragma once

#include <inkling/line/segmentation.hpp>
#include <inkling/picture/components.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace inkling::inline INKLING_ABI {

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
