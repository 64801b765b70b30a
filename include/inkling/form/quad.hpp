#pragma once

#include <inkling/core/config.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace inkling::inline INKLING_ABI::form {

/// In pixels of the template's page unless something else is said; (0, 0) is the outer corner of the top left pixel.
struct Point {
  double x = 0;
  double y = 0;

  bool operator==(const Point&) const = default;
};

/// Corners clockwise from the top left of the text: so text that lies on its side has its first corner elsewhere.
using Quad = std::array<Point, 4>;

/// The quad of an upright rectangle.
inline Quad upright(double x, double y, double width, double height) noexcept {
  return {{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}};
}

/// True for what upright makes, a rectangle with level sides that begins at its top left.
inline bool is_upright(const Quad& quad) noexcept {
  return quad[0].y == quad[1].y && quad[1].x == quad[2].x && quad[2].y == quad[3].y && quad[3].x == quad[0].x &&
         quad[0].x <= quad[1].x && quad[0].y <= quad[3].y;
}

/// The smallest upright rectangle around it.
inline Quad bounds(const Quad& quad) noexcept {
  double left = quad[0].x, right = quad[0].x, top = quad[0].y, bottom = quad[0].y;
  for (const Point& corner : quad) {
    left = std::min(left, corner.x);
    right = std::max(right, corner.x);
    top = std::min(top, corner.y);
    bottom = std::max(bottom, corner.y);
  }
  return upright(left, top, right - left, bottom - top);
}

/// The point at shares u of the way to the right and v of the way down, sides divided evenly.
inline Point point_in(const Quad& quad, double u, double v) noexcept {
  const auto between = [](const Point& a, const Point& b, double share) {
    return Point{a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
  };
  return between(between(quad[0], quad[1], u), between(quad[3], quad[2], u), v);
}

/// The part between shares u0 and u1 of the width and v0 and v1 of the height.
inline Quad part_of(const Quad& quad, double u0, double v0, double u1, double v1) noexcept {
  return {point_in(quad, u0, v0), point_in(quad, u1, v0), point_in(quad, u1, v1), point_in(quad, u0, v1)};
}

}  // namespace inkling::inline INKLING_ABI::form
