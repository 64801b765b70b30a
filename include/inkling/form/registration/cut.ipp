#pragma once

#include <inkling/form/registration/cut.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE std::array<Index, 2> natural_size(const PageMap& map, const Quad& place, double scale) {
  const Quad seen = map.corners(place);
  const auto length = [&](std::size_t a, std::size_t b) {
    return std::hypot(seen[b].x - seen[a].x, seen[b].y - seen[a].y);
  };
  const auto pixels = [scale](double a, double b) {
    return std::max<Index>(1, static_cast<Index>(std::lround(scale * std::max(a, b))));
  };
  return {pixels(length(0, 1), length(3, 2)), pixels(length(1, 2), length(0, 3))};
}

}  // namespace inkling::inline INKLING_ABI::form
