#pragma once

#include <inkling/line/detail/seam.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// The cheapest ways from the upper and the lower edge of a picture to the row at half of its height.
///
///     cost(x, y): of the best way from the nearer edge to this pixel, which it includes
///     step(x, y): from there to the column of the pixel before it on that way; 0 in the first and the last row
///
/// The row in the middle is reached from both sides; it holds the way from below, `upper` that from above.
struct SeamWays {
  FloatImage cost;
  Image<std::int8_t> step;
  std::vector<std::int8_t> upper_step;
  std::vector<float> total;  // of the best way from edge to edge through each column of the middle row

  static Index middle(Index height) noexcept { return height / 2; }
};

/// Row y of the ways from its neighbour `from`.
inline void grow_ways(const FloatImage& ink, Index y, Index from, SeamWays& ways) {
  constexpr float sideways = 0.25F;  // price of a column aside, in pixels of ink
  for (Index x = 0; x < ink.width(); ++x) {
    float best = ways.cost(x, from);
    std::int8_t direction = 0;
    for (const Index side : {-1, 1}) {
      if (x + side < 0 || x + side >= ink.width()) continue;
      const float value = ways.cost(x + side, from) + sideways;
      if (value < best) {
        best = value;
        direction = static_cast<std::int8_t>(side);
      }
    }
    ways.cost(x, y) = best + ink(x, y);
    ways.step(x, y) = direction;
  }
}

inline SeamWays find_ways(const FloatImage& ink) {
  const Index width = ink.width();
  const Index height = ink.height();
  const Index middle = SeamWays::middle(height);
  SeamWays ways{FloatImage(width, height), Image<std::int8_t>(width, height), {}, {}};
  for (Index x = 0; x < width; ++x) {
    ways.cost(x, 0) = ink(x, 0);
    ways.cost(x, height - 1) = ink(x, height - 1);
  }
  for (Index y = 1; y <= middle; ++y) grow_ways(ink, y, y - 1, ways);
  ways.upper_step.assign(ways.step.row(middle), ways.step.row(middle) + width);
  ways.total.assign(ways.cost.row(middle), ways.cost.row(middle) + width);
  for (Index y = height - 2; y >= middle; --y) grow_ways(ink, y, y + 1, ways);
  for (Index x = 0; x < width; ++x) {
    float& total = ways.total[static_cast<std::size_t>(x)];
    total = total + ways.cost(x, middle) - ink(x, middle);
  }
  return ways;
}

/// The columns of the middle row that are cheap enough to cut at, the cheapest first.
inline std::vector<Index> cheap_columns(const std::vector<float>& total, const SeamOptions& options) {
  std::vector<Index> order;
  for (Index x = options.min_margin; x + options.min_margin < static_cast<Index>(total.size()); ++x) {
    if (total[static_cast<std::size_t>(x)] <= options.max_ink) order.push_back(x);
  }
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return total[static_cast<std::size_t>(a)] < total[static_cast<std::size_t>(b)];
  });
  return order;
}

/// The middle of the columns from x on that are as good: a gap is cut in its middle.
inline Index middle_of_equals(const std::vector<float>& total, Index x, Index margin) {
  const auto at = [&](Index column) { return total[static_cast<std::size_t>(column)]; };
  Index last = x;
  while (last + 1 + margin < static_cast<Index>(total.size()) && at(last + 1) == at(x)) ++last;
  return (x + last) / 2;
}

/// The best seam through this column of the middle row.
inline Seam seam_through(Index anchor, const FloatImage& ink, const SeamWays& ways) {
  const Index middle = SeamWays::middle(ink.height());
  Seam seam{std::vector<Index>(static_cast<std::size_t>(ink.height())), 0};
  const auto set = [&](Index y, Index x) {
    seam.column[static_cast<std::size_t>(y)] = x;
    seam.ink += ink(x, y);
  };
  set(middle, anchor);
  Index x = anchor + ways.upper_step[static_cast<std::size_t>(anchor)];
  for (Index y = middle - 1; y >= 0; --y) {
    set(y, x);
    x += ways.step(x, y);
  }
  x = anchor + ways.step(anchor, middle);
  for (Index y = middle + 1; y < ink.height(); ++y) {
    set(y, x);
    x += ways.step(x, y);
  }
  return seam;
}

/// True when at least so many pixels of ink lie on either side.
inline bool divides(const Seam& seam, const FloatImage& ink, Index min_area) {
  Index left = 0;
  Index right = 0;
  for (Index y = 0; y < ink.height(); ++y) {
    const float* const row = ink.row(y);
    const Index cut = seam.column[static_cast<std::size_t>(y)];
    for (Index x = 0; x < cut; ++x) left += row[x] > 0 ? 1 : 0;
    for (Index x = cut; x < ink.width(); ++x) right += row[x] > 0 ? 1 : 0;
  }
  return std::min(left, right) >= min_area;
}

INKLING_INLINE std::vector<Seam> find_seams(const FloatImage& ink, const SeamOptions& options) {
  if (ink.height() < 3) return {};
  const SeamWays ways = find_ways(ink);
  const auto at_middle = [middle = static_cast<std::size_t>(SeamWays::middle(ink.height()))](const Seam& seam) {
    return seam.column[middle];
  };
  std::vector<Seam> seams;  // each keeps its neighbours away, unless it only passes by
  for (const Index column : cheap_columns(ways.total, options)) {
    const Index x = middle_of_equals(ways.total, column, options.min_margin);
    const bool near = std::any_of(seams.begin(), seams.end(), [&](const Seam& other) {
      return std::abs(x - at_middle(other)) < options.min_distance;
    });
    if (near) continue;
    Seam seam = seam_through(x, ink, ways);
    if (divides(seam, ink, options.min_area)) seams.push_back(std::move(seam));
  }
  std::sort(seams.begin(), seams.end(), [&](const Seam& a, const Seam& b) { return at_middle(a) < at_middle(b); });
  return seams;
}

}  // namespace inkling::inline INKLING_ABI::detail
