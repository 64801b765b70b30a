#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

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
inline std::vector<Seam> find_seams(const FloatImage& ink, const SeamOptions& options) {
  const Index width = ink.width();
  const Index height = ink.height();
  const Index middle = height / 2;
  if (height < 3) return {};
  constexpr float sideways = 0.25F;  // price of a column aside, in pixels of ink

  // cost(x, y): of the best way from the nearer edge, top or bottom, to this pixel.
  FloatImage cost(width, height);
  Image<std::int8_t> step(width, height);  // to the column where that way comes from
  const auto grow = [&](Index y, Index from) {
    for (Index x = 0; x < width; ++x) {
      const float own = ink(x, y);
      float best = cost(x, from);
      std::int8_t direction = 0;
      for (const Index side : {-1, 1}) {
        if (x + side < 0 || x + side >= width) continue;
        const float value = cost(x + side, from) + sideways;
        if (value < best) {
          best = value;
          direction = static_cast<std::int8_t>(side);
        }
      }
      cost(x, y) = best + own;
      step(x, y) = direction;
    }
  };
  for (Index x = 0; x < width; ++x) {
    cost(x, 0) = ink(x, 0);
    cost(x, height - 1) = ink(x, height - 1);
  }
  for (Index y = 1; y <= middle; ++y) grow(y, y - 1);
  FloatImage upper(width, 1);
  Image<std::int8_t> upper_step(width, 1);
  for (Index x = 0; x < width; ++x) {
    upper(x, 0) = cost(x, middle);
    upper_step(x, 0) = step(x, middle);
  }
  for (Index y = height - 2; y >= middle; --y) grow(y, y + 1);

  std::vector<float> total(static_cast<std::size_t>(width));
  for (Index x = 0; x < width; ++x) {
    total[static_cast<std::size_t>(x)] = upper(x, 0) + cost(x, middle) - ink(x, middle);
  }

  // The best columns first; each keeps its neighbours away, unless its seam only passes by.
  std::vector<Index> order;
  for (Index x = options.min_margin; x + options.min_margin < width; ++x) {
    if (total[static_cast<std::size_t>(x)] <= options.max_ink) order.push_back(x);
  }
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return total[static_cast<std::size_t>(a)] < total[static_cast<std::size_t>(b)];
  });
  const auto through = [&](Index anchor) {
    Seam seam{std::vector<Index>(static_cast<std::size_t>(height)), 0};
    const auto set = [&](Index y, Index x) {
      seam.column[static_cast<std::size_t>(y)] = x;
      seam.ink += ink(x, y);
    };
    set(middle, anchor);
    Index x = anchor + upper_step(anchor, 0);
    for (Index y = middle - 1; y >= 0; --y) {
      set(y, x);
      x += step(x, y);  // 0 in the first and the last row
    }
    x = anchor + step(anchor, middle);
    for (Index y = middle + 1; y < height; ++y) {
      set(y, x);
      x += step(x, y);
    }
    return seam;
  };
  const auto divides = [&](const Seam& seam) {
    Index left = 0;
    Index right = 0;
    for (Index y = 0; y < height; ++y) {
      const float* row = ink.row(y);
      const Index cut = seam.column[static_cast<std::size_t>(y)];
      const auto inked = [](float amount) { return amount > 0; };
      left += std::count_if(row, row + cut, inked);
      right += std::count_if(row + cut, row + width, inked);
    }
    return std::min(left, right) >= options.min_area;
  };
  const auto at_middle = [&](const Seam& seam) { return seam.column[static_cast<std::size_t>(middle)]; };
  std::vector<Seam> seams;
  for (Index x : order) {
    const auto at = [&](Index column) { return total[static_cast<std::size_t>(column)]; };
    Index last = x;  // of the columns that are as good
    while (last + 1 + options.min_margin < width && at(last + 1) == at(x)) ++last;
    x = (x + last) / 2;
    const bool near = std::any_of(seams.begin(), seams.end(), [&](const Seam& other) {
      return std::abs(x - at_middle(other)) < options.min_distance;
    });
    if (near) continue;
    Seam seam = through(x);
    if (divides(seam)) seams.push_back(std::move(seam));
  }
  std::sort(seams.begin(), seams.end(), [&](const Seam& a, const Seam& b) { return at_middle(a) < at_middle(b); });
  return seams;
}

}  // namespace inkling::inline INKLING_ABI
