#pragma once

#include <inkling/ink/stroke.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/row_filter.hpp>
#include <inkling/picture/square_roots.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// share: of a pixel's amount, from 0 to 1.
template <typename Share>
double stroke_width_of(const FloatImage& strokes, const Share& share) noexcept {
  const Index columns = strokes.width() - 1;
  if (columns < 1) return 0;
  // Many sums, so that none has to wait for the one before.
  constexpr Index lanes = 16;
  std::array<float, lanes> areas{};
  std::array<float, lanes> outlines{};
  double area = 0;
  double outline = 0;
  for (Index y = 0; y + 1 < strokes.height(); ++y) {
    const float* const here = strokes.row(y);
    const float* const below = strokes.row(y + 1);
    const auto take = [&](Index x, std::size_t lane) {
      const float amount = share(here[x]);
      const float across = share(here[x + 1]) - amount;
      const float down = share(below[x]) - amount;
      areas[lane] += amount;
      return across * across + down * down;
    };
    areas.fill(0);
    outlines.fill(0);
    Index x = 0;
    for (; x + lanes <= columns; x += lanes) {
      std::array<float, lanes> slopes;
      for (std::size_t lane = 0; lane < lanes; ++lane) slopes[lane] = take(x + static_cast<Index>(lane), lane);
      square_roots(slopes);
      for (std::size_t lane = 0; lane < lanes; ++lane) outlines[lane] += slopes[lane];
    }
    for (; x < columns; ++x) outlines[0] += std::sqrt(take(x, 0));
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      area += static_cast<double>(areas[lane]);
      outline += static_cast<double>(outlines[lane]);
    }
  }
  return outline > 0 ? 2 * area / outline : 0;
}

}  // namespace detail

INKLING_INLINE double stroke_width(const FloatImage& strokes, float level) noexcept {
  if (level == 1) return detail::stroke_width_of(strokes, [](float amount) { return amount; });
  const float scale = 1 / level;
  return detail::stroke_width_of(strokes, [scale](float amount) { return std::min(amount * scale, 1.0F); });
}

INKLING_INLINE FloatImage thickened(const FloatImage& strokes, double radius) {
  if (radius <= 0) return strokes;
  const auto reach = static_cast<Index>(std::ceil(radius)) + 1;
  std::vector<float> squares;
  for (Index k = -reach; k <= reach; ++k) squares.push_back(static_cast<float>(k * k));

  // The squared distance to the nearest ink, if that is within reach.
  FloatImage to_ink(strokes.width(), strokes.height());
  std::transform(strokes.values().begin(), strokes.values().end(), to_ink.values().begin(),
                 [](float value) { return value > 0.5F ? 0.0F : std::numeric_limits<float>::max(); });
  FloatImage result = detail::filter_image<detail::LeastSum>(to_ink, squares);
  const auto edge = static_cast<float>(radius) + 1;
  const std::span<float> values = result.values();
  const std::span<const float> before = strokes.values();
  detail::square_roots(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float reached = std::min(std::max(edge - values[i], 0.0F), 1.0F);
    values[i] = std::max(reached, before[i]);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
