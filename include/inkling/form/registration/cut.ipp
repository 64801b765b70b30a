#pragma once

#include <inkling/form/registration/cut.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

namespace detail {

/// As many points at even distances as lie between two of the lattice's.
using Run = Eigen::Array<float, CutLattice::step, 1>;

/// Adds what the page has at the points first, first + step, ... False, and nothing added, unless each has its 4 x 4
/// pixels on the page.
inline bool add_run(const GreyImage& page, const Point& first, const Point& step, bool smooth, Run& sum) noexcept {
  constexpr Index count = CutLattice::step;
  const double last = static_cast<double>(count - 1);
  const auto [least_x, most_x] = std::minmax({first.x, first.x + last * step.x});
  const auto [least_y, most_y] = std::minmax({first.y, first.y + last * step.y});
  if (!(least_x >= 2 && least_y >= 2 && most_x < static_cast<double>(page.width() - 2) &&
        most_y < static_cast<double>(page.height() - 2)))
    return false;
  Run u;
  Run v;
  std::array<const std::uint8_t*, count> corner;
  for (Index k = 0; k < count; ++k) {
    const double x = first.x + static_cast<double>(k) * step.x - 0.5;
    const double y = first.y + static_cast<double>(k) * step.y - 0.5;
    const auto left = static_cast<Index>(x);  // both are positive
    const auto top = static_cast<Index>(y);
    u(k) = static_cast<float>(x - static_cast<double>(left));
    v(k) = static_cast<float>(y - static_cast<double>(top));
    corner[static_cast<std::size_t>(k)] = page.row(top - 1) + left - 1;
  }
  const auto weights = [&](const Run& t) -> std::array<Run, 4> {
    const Run s = 1 - t;
    if (!smooth) return {Run::Zero(), s, t, Run::Zero()};
    return {-0.5F * t * s * s, 1 + t * t * (1.5F * t - 2.5F), 1 + s * s * (1.5F * s - 2.5F), -0.5F * s * t * t};
  };
  const std::array<Run, 4> across = weights(u);
  const std::array<Run, 4> down = weights(v);
  const std::size_t outermost = smooth ? 0 : 1;
  for (std::size_t j = outermost; j < 4 - outermost; ++j) {
    std::array<std::array<std::uint8_t, 4>, count> pixels;  // four beside one another, of each point
    for (std::size_t k = 0; k < pixels.size(); ++k) {
      std::memcpy(pixels[k].data(), corner[k] + static_cast<Index>(j) * page.width(), 4);
    }
    Run row = Run::Zero();
    for (std::size_t i = outermost; i < 4 - outermost; ++i) {
      Run column;
      for (std::size_t k = 0; k < pixels.size(); ++k) column(static_cast<Index>(k)) = static_cast<float>(pixels[k][i]);
      row += across[i] * column;
    }
    sum += down[j] * row;
  }
  return true;
}

INKLING_INLINE bool cut_inside(const GreyImage& page, const CutLattice& lattice, const std::array<Index, 2>& at,
                               Index parts, Index count, std::uint8_t* result) noexcept {
  const double part = 1 / static_cast<double>(parts);
  constexpr auto last = static_cast<double>(CutLattice::step - 1);
  Run sum = Run::Zero();
  for (Index j = 0; j < parts; ++j) {
    const double y = static_cast<double>(at[1]) + (static_cast<double>(j) + 0.5) * part;
    for (Index i = 0; i < parts; ++i) {
      const double x = static_cast<double>(at[0]) + (static_cast<double>(i) + 0.5) * part;
      const Point from = lattice(x, y);
      const Point to = lattice(x + last, y);
      if (!add_run(page, from, {(to.x - from.x) / last, (to.y - from.y) / last}, parts == 1, sum)) return false;
    }
  }
  sum /= static_cast<float>(parts * parts);
  for (Index k = 0; k < count; ++k) Channels<std::uint8_t>::set(result[k], 0, sum(k));
  return true;
}

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI::form
