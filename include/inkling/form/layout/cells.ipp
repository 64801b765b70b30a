#pragma once

#include <inkling/core/range.hpp>
#include <inkling/form/layout/cells.hpp>
#include <inkling/form/registration/ink_map.hpp>
#include <inkling/picture/components.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void ClosedCellOptions::check() const {
  in_range("ClosedCellOptions::least", least, {0, 1e6});
  in_range("ClosedCellOptions::most", most, {0, 1e6});
  in_range("ClosedCellOptions::gap", gap, {0, 65'535});
}

INKLING_INLINE int print_threshold(const GreyImage& ink) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t value : ink.values()) ++counts[value];
  std::size_t inked = 0;
  for (std::size_t level = 40; level < counts.size(); ++level) inked += counts[level];
  std::size_t seen = 0;
  std::size_t level = 255;
  while (level > 40 && (seen += counts[level]) * 20 < inked) --level;
  return std::clamp(static_cast<int>(level) * 35 / 100, 24, 90);
}

namespace detail {

/// Bridges gaps along the rows of a mask between runs that are three times as long.
INKLING_INLINE void bridge_gaps(Image<std::uint8_t>& mask, Index gap) {
  for (Index y = 0; y < mask.height(); ++y) {
    std::uint8_t* row = mask.row(y);
    Index end = -1;  // of the last long run
    for (Index x = 0; x < mask.width();) {
      if (row[x] == 0) {
        ++x;
        continue;
      }
      const Index begin = x;
      while (x < mask.width() && row[x] != 0) ++x;
      if (x - begin < 3 * gap) continue;
      if (end >= 0 && begin - end <= gap) std::fill(row + end, row + begin, std::uint8_t{1});
      end = x;
    }
  }
}

/// 1 where there is print, straight lines made whole.
INKLING_INLINE Image<std::uint8_t> line_mask(const GreyImage& ink, int threshold, Index gap) {
  Image<std::uint8_t> mask(ink.width(), ink.height());
  std::transform(ink.values().begin(), ink.values().end(), mask.values().begin(),
                 [threshold](std::uint8_t value) { return static_cast<std::uint8_t>(value >= threshold); });
  bridge_gaps(mask, gap);
  Image<std::uint8_t> turned = transposed(mask);
  bridge_gaps(turned, gap);
  return transposed(turned);
}

/// 1 where there is no print within a pixel.
INKLING_INLINE Image<std::uint8_t> white_mask(const Image<std::uint8_t>& print) {
  Image<std::uint8_t> white(print.width(), print.height(), 1);
  for (Index y = 0; y < print.height(); ++y) {
    for (Index x = 0; x < print.width(); ++x) {
      if (print(x, y) == 0) continue;
      for (Index v = y; v < std::min(print.height(), y + 2); ++v) {
        for (Index u = x; u < std::min(print.width(), x + 2); ++u) white(u, v) = 0;
      }
    }
  }
  return white;
}

/// Share of the least drawn side of a box that has print within a few pixels outside of it.
INKLING_INLINE double drawn_walls(const Image<std::uint8_t>& print, const Component& part) {
  constexpr Index reach = 3;
  const auto printed = [&](Index x, Index y) {
    return x >= 0 && y >= 0 && x < print.width() && y < print.height() && print(x, y) != 0;
  };
  const auto side = [&](Index from, Index to, auto has_line) {
    const Index inset = (to - from) / 10;
    double count = 0;
    for (Index i = from + inset; i < to - inset; ++i) count += has_line(i) ? 1 : 0;
    return count / static_cast<double>(std::max<Index>(1, to - from - 2 * inset));
  };
  const auto level = [&](Index y, Index step) {
    return side(part.left, part.right, [&](Index x) {
      for (Index k = 0; k <= reach; ++k) {
        if (printed(x, y + k * step)) return true;
      }
      return false;
    });
  };
  const auto upright = [&](Index x, Index step) {
    return side(part.top, part.bottom, [&](Index y) {
      for (Index k = 0; k <= reach; ++k) {
        if (printed(x + k * step, y)) return true;
      }
      return false;
    });
  };
  return std::min({level(part.top - 1, -1), level(part.bottom, 1), upright(part.left - 1, -1), upright(part.right, 1)});
}

/// True when at most two of the eight ends of its sides go on beyond the corners.
INKLING_INLINE bool stands_alone(const Image<std::uint8_t>& print, const Component& part) {
  const Index side = std::min(part.width(), part.height());
  const Index near = 4 + side / 8;
  const Index far = near + std::max<Index>(3, side / 6);
  const auto goes_on = [&](Index x, Index y, Index dx, Index dy) {
    // Along the line's direction (dx, dy), a few pixels to both sides of it.
    for (Index k = near; k <= far; ++k) {
      bool ink = false;
      for (Index s = -3; s <= 3 && !ink; ++s) {
        const Index u = x + k * dx + (dx == 0 ? s : 0);
        const Index v = y + k * dy + (dy == 0 ? s : 0);
        ink = u >= 0 && v >= 0 && u < print.width() && v < print.height() && print(u, v) != 0;
      }
      if (!ink) return false;
    }
    return true;
  };
  int ends = 0;
  for (const Index y : {part.top - 2, part.bottom + 1}) {
    ends += goes_on(part.left, y, -1, 0);
    ends += goes_on(part.right, y, 1, 0);
  }
  for (const Index x : {part.left - 2, part.right + 1}) {
    ends += goes_on(x, part.top, 0, -1);
    ends += goes_on(x, part.bottom, 0, 1);
  }
  return ends <= 2;
}

/// Cells at one threshold.
INKLING_INLINE void add_closed_cells(const GreyImage& ink, int threshold, const ClosedCellOptions& options,
                                     std::vector<ClosedCell>& cells) {
  const Image<std::uint8_t> print = line_mask(ink, threshold, options.gap);
  const Components white = connected_components(white_mask(print));
  const double most_across = options.most > 0 ? options.most : 0.9 * static_cast<double>(ink.width());
  const double most_down = options.most > 0 ? options.most : 0.9 * static_cast<double>(ink.height());
  for (std::size_t i = 0; i < white.parts.size(); ++i) {
    const Component& part = white.parts[i];
    const auto width = static_cast<double>(part.width());
    const auto height = static_cast<double>(part.height());
    if (std::min(width, height) < options.least || width > most_across || height > most_down) continue;
    if (part.left == 0 || part.top == 0 || part.right == ink.width() || part.bottom == ink.height()) continue;

    ClosedCell cell{.box = {static_cast<double>(part.left), static_cast<double>(part.top), width, height}};
    const auto label = static_cast<std::int32_t>(i);
    // Print inside is told from the outside of a circle by where it is: rows belong to the cell between their ends.
    double inside = 0;
    double printed = 0;
    double inner = 0;
    for (Index y = part.top; y < part.bottom; ++y) {
      const std::int32_t* row = white.labels.row(y);
      Index first = part.left;
      Index last = part.right - 1;
      while (first < part.right && row[first] != label) ++first;
      while (last >= part.left && row[last] != label) --last;
      inside += static_cast<double>(std::max<Index>(0, last - first + 1));
      const bool middle = y >= part.top + part.height() / 8 && y < part.bottom - part.height() / 8;
      for (Index x = first + part.width() / 8; middle && x <= last - part.width() / 8; ++x) {
        ++inner;
        printed += ink(x, y) >= threshold ? 1 : 0;
      }
    }
    cell.fill = inside / (width * height);
    cell.print = inner > 0 ? printed / inner : 1;
    const Index corner_x = std::max<Index>(1, part.width() / 9);
    const Index corner_y = std::max<Index>(1, part.height() / 9);
    int corners = 0;
    for (const Index x : {part.left + corner_x - 1, part.right - corner_x}) {
      for (const Index y : {part.top + corner_y - 1, part.bottom - corner_y}) corners += white.labels(x, y) == label;
    }
    cell.round = corners == 0 && cell.fill > 0.6 && cell.fill < 0.9;
    cell.alone = stands_alone(print, part);
    cell.walls = cell.round ? 1 : drawn_walls(print, part);
    if (cell.round || (cell.fill >= 0.85 && cell.walls >= 0.8)) cells.push_back(cell);
  }
}

INKLING_INLINE double shared_area(const Box& a, const Box& b) noexcept {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/// Each place once; of a place and its parts the parts.
INKLING_INLINE std::vector<ClosedCell> finest(const std::vector<ClosedCell>& cells) {
  std::vector<ClosedCell> once;
  for (const ClosedCell& cell : cells) {
    const double area = cell.box.width * cell.box.height;
    const bool known = std::any_of(once.begin(), once.end(), [&](const ClosedCell& other) {
      const double shared = shared_area(cell.box, other.box);
      return shared > 0.6 * (area + other.box.width * other.box.height - shared);
    });
    if (!known) once.push_back(cell);
  }
  std::vector<ClosedCell> result;
  for (const ClosedCell& cell : once) {
    double parts = 0;
    int count = 0;
    for (const ClosedCell& other : once) {
      const double area = other.box.width * other.box.height;
      if (area < 0.7 * cell.box.width * cell.box.height && shared_area(cell.box, other.box) > 0.8 * area) {
        parts += area;
        ++count;
      }
    }
    if (count < 2 || parts < 0.6 * cell.box.width * cell.box.height) result.push_back(cell);
  }
  return result;
}

}  // namespace detail

INKLING_INLINE std::vector<ClosedCell> find_closed_cells(const GreyImage& print, const ClosedCellOptions& options) {
  options.check();
  std::vector<ClosedCell> cells;
  if (print.empty()) return cells;
  const GreyImage ink = ink_map(print, std::max<Index>(24, std::max(print.width(), print.height()) / 48));
  const int bold = print_threshold(ink);
  for (const int threshold : {bold, bold / 2}) detail::add_closed_cells(ink, threshold, options, cells);
  return detail::finest(cells);
}

}  // namespace inkling::inline INKLING_ABI::form
