#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/cell_grid.hpp>
#include <inkling/form/detail/field_ink.hpp>
#include <inkling/form/detail/take_out.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// A printed 8 of straight lines, over which a digit is written: its sides in pixels from the left side of a cell and
/// from the top of the picture, the middle bar half way down.
struct Guide {
  Index left = 0;
  Index right = 0;
  Index top = 0;
  Index bottom = 0;
};

/// The guide that all cells of a field have in common; nothing when there is none. What was written differs between
/// cells, so what is there in each of them is print.
inline std::optional<Guide> find_guide(const FieldInk& field, const CellGrid& grid) {
  const std::size_t count = grid.cells.size();
  if (count < 2) return std::nullopt;
  double narrowest = grid.cells.front().width();
  for (const CellSpan& span : grid.cells) narrowest = std::min(narrowest, span.width());
  const auto width = static_cast<Index>(narrowest);
  const auto top = static_cast<Index>(std::clamp(grid.top + 3, 0.0, static_cast<double>(field.height())));
  const auto bottom = static_cast<Index>(std::clamp(grid.bottom - 3, 0.0, static_cast<double>(field.height())));
  const Index height = bottom - top;
  if (width < 16 || height < 24) return std::nullopt;

  FloatImage common(width, height, 1);
  for (const CellSpan& span : grid.cells) {
    const auto left = static_cast<Index>(std::lround(span.left));
    for (Index y = 0; y < height; ++y) {
      for (Index x = 0; x < width; ++x) {
        float most = 0;  // cells differ by a pixel or two
        for (Index dy = -1; dy <= 1; ++dy) {
          for (Index dx = -2; dx <= 2; ++dx) {
            const Index px = left + x + dx;
            const Index py = top + y + dy;
            if (px >= 0 && px < field.width() && py >= 0 && py < field.height())
              most = std::max(most, field.amount(px, py));
          }
        }
        common(x, y) = std::min(common(x, y), most);
      }
    }
  }
  std::vector<float> sorted(common.values().begin(), common.values().end());
  const auto high = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 9 / 10);
  std::nth_element(sorted.begin(), high, sorted.end());
  const float limit = 0.55F * *high;
  if (limit < least_ridge(field)) return std::nullopt;

  // Sums down the columns and along the rows: how much of a side is there.
  Image<std::int32_t> down(width, height + 1);
  Image<std::int32_t> along(width + 1, height);
  std::size_t inked = 0;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      const std::int32_t here = common(x, y) > limit ? 1 : 0;
      inked += static_cast<std::size_t>(here);
      down(x, y + 1) = down(x, y) + here;
      along(x + 1, y) = along(x, y) + here;
    }
  }
  if (2 * inked > static_cast<std::size_t>(width * height)) return std::nullopt;  // no lines
  const auto upright = [&](Index x, Index y0, Index y1) {
    return static_cast<double>(down(x, y1) - down(x, y0)) / static_cast<double>(y1 - y0);
  };
  const auto level = [&](Index y, Index x0, Index x1) {
    return static_cast<double>(along(x1, y) - along(x0, y)) / static_cast<double>(x1 - x0);
  };
  // What is between the lines of a guide is paper. Strokes that lie in all of few cells are a blot that holds lines.
  const auto hollow = [&](Index x0, Index x1, Index y0, Index y1) {
    constexpr Index line = 4;  // half of its thickness in `common`
    const Index middle = (y0 + y1) / 2;
    Index inside = 0;
    Index all = 0;
    for (const auto& [from, to] : {std::pair{y0 + line, middle - line}, std::pair{middle + line, y1 - line}}) {
      for (Index x = x0 + line; x < x1 - line && from < to; ++x) {
        inside += down(x, to) - down(x, from);
        all += to - from;
      }
    }
    return 2 * inside < all;
  };
  std::optional<Guide> best;
  double most = 0.8;
  for (Index x0 = 2; x0 + width / 5 < width; ++x0) {
    for (Index x1 = x0 + width / 5; x1 < width - 2; ++x1) {
      for (Index y0 = 1; y0 + height / 3 < height; ++y0) {
        if (level(y0, x0, x1) < most) continue;
        for (Index y1 = y0 + height / 3; y1 < height - 1; ++y1) {
          if (level(y1, x0, x1) < most || upright(x0, y0, y1) < most || upright(x1, y0, y1) < most) continue;
          double bar = 0;
          for (Index y = (y0 + y1) / 2 - 3; y <= (y0 + y1) / 2 + 3; ++y) bar = std::max(bar, level(y, x0, x1));
          const double score =
              std::min({bar, level(y0, x0, x1), level(y1, x0, x1), upright(x0, y0, y1), upright(x1, y0, y1)});
          // Sides are several pixels thick in `common`: those that stand in their middle are the most covered ones.
          const double sum = 0.02 * (level(y0 - 1, x0, x1) + level(y0 + 1, x0, x1) + level(y1 - 1, x0, x1) +
                                     level(y1 + 1, x0, x1) + upright(x0 - 1, y0, y1) + upright(x0 + 1, y0, y1) +
                                     upright(x1 - 1, y0, y1) + upright(x1 + 1, y0, y1));
          if (bar < 0.8 || score + sum <= most || !hollow(x0, x1, y0, y1)) continue;
          most = std::min(score + sum, 1.15);
          best = Guide{x0, x1, top + y0, top + y1};
        }
      }
    }
  }
  return best;
}

/// Calls `body(x, y, distance)` for the pixels within `reach` of the guide's five lines, if it is moved to (left, top).
template <typename Body>
void for_each_guide_pixel(const Guide& guide, Index dx, Index dy, Index reach, const Body& body) {
  const Index middle = (guide.top + guide.bottom) / 2;
  const auto beside = [](Index value, Index side) { return std::abs(value - side); };
  for (Index y = guide.top - reach; y <= guide.bottom + reach; ++y) {
    for (Index x = guide.left - reach; x <= guide.right + reach; ++x) {
      const Index distance = std::min({beside(x, guide.left), beside(x, guide.right), beside(y, guide.top),
                                       beside(y, guide.bottom), beside(y, middle)});
      if (distance <= reach) body(x + dx, y + dy, distance);
    }
  }
}

/// Takes the guide out of every cell. `pen`: what strokes reach, 0 to take out all that lies on the guide.
inline void take_guides_out(FieldInk& field, const CellGrid& grid, const Guide& guide, float pen) {
  constexpr Index reach = 5;
  const auto inside = [&](Index x, Index y) { return x >= 0 && x < field.width() && y >= 0 && y < field.height(); };
  for (const CellSpan& span : grid.cells) {
    const auto left = static_cast<Index>(std::lround(span.left));
    Index best_x = 0;
    Index best_y = 0;
    float most = -1;
    for (Index dy = -3; dy <= 3; ++dy) {
      for (Index dx = -4; dx <= 4; ++dx) {
        float sum = 0;
        for_each_guide_pixel(guide, left + dx, dy, 0, [&](Index x, Index y, Index) {
          if (inside(x, y)) sum += std::min(field.amount(x, y), 0.35F);
        });
        if (sum > most) {
          most = sum;
          best_x = dx;
          best_y = dy;
        }
      }
    }
    std::vector<std::vector<float>> values(reach + 1);
    for_each_guide_pixel(guide, left + best_x, best_y, reach, [&](Index x, Index y, Index distance) {
      if (inside(x, y)) values[static_cast<std::size_t>(distance)].push_back(field.amount(x, y));
    });
    std::vector<float> print;
    for (std::vector<float>& ring : values) {
      if (ring.empty()) {
        print.push_back(0);
        continue;
      }
      const auto at = ring.begin() + static_cast<std::ptrdiff_t>(ring.size() / 2);
      std::nth_element(ring.begin(), at, ring.end());
      print.push_back(*at);
    }
    for_each_guide_pixel(guide, left + best_x, best_y, reach, [&](Index x, Index y, Index distance) {
      if (!inside(x, y)) return;
      float& value = field.amount(x, y);
      const float level = print[static_cast<std::size_t>(distance)];
      if (pen == 0) {
        if (value < 1.5F * level + 0.02F) value = 0;
      } else {
        value = value < 1.5F * level ? 0 : without_print(value, level);
      }
    });
  }
}

}  // namespace inkling::inline INKLING_ABI::form::detail
