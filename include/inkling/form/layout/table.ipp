#pragma once

#include <inkling/core/range.hpp>
#include <inkling/form/layout/ruled_lines.hpp>
#include <inkling/form/layout/table.hpp>
#include <inkling/form/registration/ink_map.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void TableOptions::check() const {
  in_range("TableOptions::least_rows", least_rows, {1, 10000});
  in_range("TableOptions::least_columns", least_columns, {1, 10000});
  in_range("TableOptions::least_drawn", least_drawn, {0, 1});
}

INKLING_INLINE const GridCell* Table::at(Index row, Index column) const noexcept {
  for (const GridCell& cell : cells) {
    if (row >= cell.row && row < cell.row + cell.row_span && column >= cell.column &&
        column < cell.column + cell.column_span) {
      return &cell;
    }
  }
  return nullptr;
}

namespace detail {

/// How much darker each pixel is than the mean of the square of 2 * radius + 1 around it: lines and writing stay, shade
/// and tint go.
INKLING_INLINE GreyImage ridges(const GreyImage& ink, Index radius) {
  const Index stride = ink.width() + 1;
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(stride * (ink.height() + 1)));
  for (Index y = 0; y < ink.height(); ++y) {
    std::uint32_t sum = 0;
    for (Index x = 0; x < ink.width(); ++x) {
      sum += ink(x, y);
      const auto at = static_cast<std::size_t>((y + 1) * stride + x + 1);
      sums[at] = sums[at - static_cast<std::size_t>(stride)] + sum;
    }
  }
  GreyImage result(ink.width(), ink.height());
  for (Index y = 0; y < ink.height(); ++y) {
    const Index top = std::max<Index>(0, y - radius);
    const Index bottom = std::min(ink.height(), y + radius + 1);
    const std::uint32_t* upper = sums.data() + top * stride;
    const std::uint32_t* lower = sums.data() + bottom * stride;
    for (Index x = 0; x < ink.width(); ++x) {
      const Index left = std::max<Index>(0, x - radius);
      const Index right = std::min(ink.width(), x + radius + 1);
      const auto mean = static_cast<int>((lower[right] - lower[left] - upper[right] + upper[left]) /
                                         static_cast<std::uint32_t>((bottom - top) * (right - left)));
      result(x, y) = static_cast<std::uint8_t>(std::max(0, ink(x, y) - mean));
    }
  }
  return result;
}

/// What grain alone does not reach: a few times the spread of the paper.
INKLING_INLINE int line_threshold(const GreyImage& ridge) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t value : ridge.values()) ++counts[value];
  // Paper below its mean was cut to 0, so that three quarters of the pixels lie within about 0.7 standard deviations.
  std::size_t seen = 0;
  int quartile = -1;
  while (4 * seen < 3 * static_cast<std::size_t>(ridge.size())) seen += counts[static_cast<std::size_t>(++quartile)];
  return std::clamp(6 * quartile, 9, 60);
}

/// The lines of a page, at 1/factor of its size.
struct PageLines {
  Index factor = 1;
  double width = 0;  // of the smaller picture
  double height = 0;
  double reach = 0;
  std::vector<RuledLine> level;
  std::vector<RuledLine> upright;
};

/// A page made ready for lines to be looked for at any threshold.
class LinePage {
 public:
  explicit LinePage(const GreyImage& page)
      : factor_(std::max<Index>(1, std::max(page.width(), page.height()) / 1400)),
        level_(ink_map(shrink(page, factor_))) {
    level_ = ridges(level_, std::max<Index>(12, side() / 60));
    threshold_ = line_threshold(level_);
    upright_ = transposed(level_);
  }

  /// boldness: 1 for the faintest lines that grain allows, more for bolder ones alone.
  PageLines find(double boldness) const {
    const RuledLineOptions options{.threshold = std::min(120, static_cast<int>(boldness * threshold_)),
                                   .max_thickness = std::max<Index>(5, side() / 72),
                                   .max_gap = std::max<Index>(8, side() / 70)};
    return {factor_,
            static_cast<double>(level_.width()),
            static_cast<double>(level_.height()),
            static_cast<double>(options.max_gap),
            follow_lines(upright_, options),
            follow_lines(level_, options)};
  }

 private:
  Index side() const noexcept { return std::max(level_.width(), level_.height()); }

  Index factor_;
  GreyImage level_;
  GreyImage upright_;  // the same with rows for columns
  int threshold_ = 0;
};

/// Where a level and an upright line cross, going at most `reach` pixels beyond their ends.
INKLING_INLINE std::optional<Point> crossing(const RuledLine& level, const RuledLine& upright, double reach) {
  double y = (static_cast<double>(upright.first) + static_cast<double>(upright.end())) / 2;
  double x = upright.at(y);
  for (int round = 0; round < 6; ++round) {
    y = level.at(x);
    x = upright.at(y);
  }
  const bool inside = x >= static_cast<double>(level.first) - reach && x <= static_cast<double>(level.end()) + reach &&
                      y >= static_cast<double>(upright.first) - reach &&
                      y <= static_cast<double>(upright.end()) + reach;
  if (!inside) return std::nullopt;
  return Point{x, y};
}

/// The lines of one grid and where they cross.
class GridAssembly {
 public:
  explicit GridAssembly(const PageLines& lines)
      : level_(lines.level), upright_(lines.upright), width_(lines.width), height_(lines.height), reach_(lines.reach) {}

  /// One grid for each connected set of lines.
  std::vector<Table> tables(const TableOptions& options) {
    crossings_.assign(level_.size() * upright_.size(), std::nullopt);
    for (std::size_t i = 0; i < level_.size(); ++i) {
      for (std::size_t j = 0; j < upright_.size(); ++j) {
        crossings_[i * upright_.size() + j] = crossing(level_[i], upright_[j], reach_);
      }
    }
    std::vector<Table> found;
    std::vector<bool> level_done(level_.size());
    for (std::size_t start = 0; start < level_.size(); ++start) {
      if (level_done[start]) continue;
      // What is connected to this line through crossings.
      std::vector<std::size_t> rows{start};
      std::vector<std::size_t> columns;
      std::vector<bool> column_in(upright_.size());
      level_done[start] = true;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        for (std::size_t j = 0; j < upright_.size(); ++j) {
          if (column_in[j] || !crosses(rows[k], j)) continue;
          column_in[j] = true;
          columns.push_back(j);
          for (std::size_t i = 0; i < level_.size(); ++i) {
            if (level_done[i] || !crosses(i, j)) continue;
            level_done[i] = true;
            rows.push_back(i);
          }
        }
      }
      if (auto table = assemble(rows, columns, options)) found.push_back(std::move(*table));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Table& a, const Table& b) { return a.cells.size() > b.cells.size(); });
    return found;
  }

 private:
  bool crosses(std::size_t i, std::size_t j) const { return crossings_[i * upright_.size() + j].has_value(); }

  /// Takes out lines that cross too few others, until none is left.
  void prune(std::vector<std::size_t>& rows, std::vector<std::size_t>& columns) const {
    for (bool again = true; again;) {
      again = false;
      const auto few = [&](std::size_t count, std::size_t of) {
        return count < std::max<std::size_t>(2, static_cast<std::size_t>(0.3 * static_cast<double>(of)));
      };
      const auto weak_row = std::find_if(rows.begin(), rows.end(), [&](std::size_t i) {
        return few(static_cast<std::size_t>(
                       std::count_if(columns.begin(), columns.end(), [&](std::size_t j) { return crosses(i, j); })),
                   columns.size());
      });
      if (weak_row != rows.end()) {
        rows.erase(weak_row);
        again = true;
        continue;
      }
      const auto weak_column = std::find_if(columns.begin(), columns.end(), [&](std::size_t j) {
        return few(static_cast<std::size_t>(
                       std::count_if(rows.begin(), rows.end(), [&](std::size_t i) { return crosses(i, j); })),
                   rows.size());
      });
      if (weak_column != columns.end()) {
        columns.erase(weak_column);
        again = true;
      }
    }
  }

  /// Lines that lie on one another are one: the longer stays.
  static void drop_twins(std::vector<std::size_t>& chosen, const std::vector<RuledLine>& lines, double distance) {
    for (std::size_t a = 0; a < chosen.size(); ++a) {
      for (std::size_t b = a + 1; b < chosen.size();) {
        const RuledLine& first = lines[chosen[a]];
        const RuledLine& second = lines[chosen[b]];
        const auto from = static_cast<double>(std::max(first.first, second.first));
        const auto to = static_cast<double>(std::min(first.end(), second.end()));
        const double middle = (from + to) / 2;
        if (to > from && std::abs(first.at(middle) - second.at(middle)) < distance) {
          if (second.centre.size() > first.centre.size()) std::swap(chosen[a], chosen[b]);
          chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(b));
        } else {
          ++b;
        }
      }
    }
  }

  std::optional<Table> assemble(std::vector<std::size_t> rows, std::vector<std::size_t> columns,
                                const TableOptions& options) const {
    drop_twins(rows, level_, 6);
    drop_twins(columns, upright_, 6);
    prune(rows, columns);
    if (static_cast<Index>(rows.size()) < options.least_rows + 1 ||
        static_cast<Index>(columns.size()) < options.least_columns + 1) {
      return std::nullopt;
    }
    const double middle_x = middle_of(rows, level_);
    const double middle_y = middle_of(columns, upright_);
    std::sort(rows.begin(), rows.end(),
              [&](std::size_t a, std::size_t b) { return level_[a].at(middle_x) < level_[b].at(middle_x); });
    std::sort(columns.begin(), columns.end(),
              [&](std::size_t a, std::size_t b) { return upright_[a].at(middle_y) < upright_[b].at(middle_y); });
    drop_faint(rows, level_, width_, height_, columns, upright_);
    drop_faint(columns, upright_, height_, width_, rows, level_);
    if (static_cast<Index>(rows.size()) < options.least_rows + 1 ||
        static_cast<Index>(columns.size()) < options.least_columns + 1) {
      return std::nullopt;
    }
    drop_close(rows, level_, middle_x);
    drop_close(columns, upright_, middle_y);
    trim(rows, columns);
    if (static_cast<Index>(rows.size()) < options.least_rows + 1 ||
        static_cast<Index>(columns.size()) < options.least_columns + 1) {
      return std::nullopt;
    }
    return fill(rows, columns, options);
  }

  bool in_picture(const Point& p) const noexcept { return p.x >= 0 && p.y >= 0 && p.x <= width_ && p.y <= height_; }

  static double total_seen(const RuledLine& line) { return std::accumulate(line.seen.begin(), line.seen.end(), 0.0); }

  /// Of two lines much closer than lines are, the one that was seen less goes: the second edge of a thick rule, or the
  /// feet of some letters.
  static void drop_close(std::vector<std::size_t>& chosen, const std::vector<RuledLine>& lines, double middle) {
    while (chosen.size() > 3) {
      std::vector<double> gaps;
      for (std::size_t k = 0; k + 1 < chosen.size(); ++k) {
        gaps.push_back(lines[chosen[k + 1]].at(middle) - lines[chosen[k]].at(middle));
      }
      std::vector<double> sorted = gaps;
      std::sort(sorted.begin(), sorted.end());
      const auto least = static_cast<std::size_t>(std::min_element(gaps.begin(), gaps.end()) - gaps.begin());
      if (gaps[least] > 0.3 * sorted[sorted.size() / 2]) return;
      const bool first = total_seen(lines[chosen[least]]) < total_seen(lines[chosen[least + 1]]);
      chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(first ? least : least + 1));
    }
  }

  /// Takes off outer rows and columns that are not closed on two sides: the white between this grid and what lies
  /// beside it.
  void trim(std::vector<std::size_t>& rows, std::vector<std::size_t>& columns) const {
    const auto open = [&](const std::vector<std::size_t>& crossed, const std::vector<RuledLine>& lines,
                          const RuledLine& outer, const RuledLine& inner) {
      int closed = 0;
      for (const std::size_t i : crossed) {
        const RuledLine& line = lines[i];
        const double middle = (static_cast<double>(line.first) + static_cast<double>(line.end())) / 2;
        const double a = outer.at(line.at(middle));
        const double b = inner.at(line.at(middle));
        const double inset = 0.15 * std::abs(a - b);
        closed += line.seen_between(std::min(a, b) + inset, std::max(a, b) - inset) > 0.6 ? 1 : 0;
      }
      return closed < 2;
    };
    while (columns.size() > 2 && open(rows, level_, upright_[columns.back()], upright_[columns[columns.size() - 2]])) {
      columns.pop_back();
    }
    while (columns.size() > 2 && open(rows, level_, upright_[columns[0]], upright_[columns[1]])) {
      columns.erase(columns.begin());
    }
    while (rows.size() > 2 && open(columns, upright_, level_[rows.back()], level_[rows[rows.size() - 2]])) {
      rows.pop_back();
    }
    while (rows.size() > 2 && open(columns, upright_, level_[rows[0]], level_[rows[1]])) rows.erase(rows.begin());
  }

  /// Of a grid whose lines mostly go through, a line that does not is a row of strokes.
  static void drop_faint(std::vector<std::size_t>& chosen, const std::vector<RuledLine>& lines, double extent,
                         double limit, const std::vector<std::size_t>& crossed, const std::vector<RuledLine>& others) {
    std::vector<double> seen;
    for (const std::size_t i : chosen) {
      const double middle = (static_cast<double>(lines[i].first) + static_cast<double>(lines[i].end())) / 2;
      const double across = lines[i].at(middle);
      double from = others[crossed.front()].at(across);
      double to = others[crossed.back()].at(across);
      if (from > to) std::swap(from, to);
      // As far as it lies in the picture.
      while (to > from && (lines[i].at(to) < 0 || lines[i].at(to) > limit)) to -= 4;
      while (to > from && (lines[i].at(from) < 0 || lines[i].at(from) > limit)) from += 4;
      seen.push_back(lines[i].seen_between(std::max(0.0, from), std::min(extent, to)));
    }
    std::vector<double> sorted = seen;
    std::sort(sorted.begin(), sorted.end());
    if (sorted[sorted.size() / 2] < 0.8) return;
    std::vector<std::size_t> kept;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      if (seen[k] >= 0.5) kept.push_back(chosen[k]);
    }
    chosen = kept;
  }

  /// The middle of some lines along their length.
  static double middle_of(const std::vector<std::size_t>& chosen, const std::vector<RuledLine>& lines) {
    double sum = 0;
    for (const std::size_t i : chosen) {
      sum += (static_cast<double>(lines[i].first) + static_cast<double>(lines[i].end())) / 2;
    }
    return sum / static_cast<double>(chosen.size());
  }

  std::optional<Table> fill(const std::vector<std::size_t>& rows, const std::vector<std::size_t>& columns,
                            const TableOptions& options) const {
    const auto height = static_cast<Index>(rows.size());
    const auto width = static_cast<Index>(columns.size());
    std::vector<Point> nodes;
    for (const std::size_t i : rows) {
      for (const std::size_t j : columns) nodes.push_back(*crossing(level_[i], upright_[j], 1e9));
    }
    const auto node = [&](Index r, Index c) -> const Point& { return nodes[static_cast<std::size_t>(r * width + c)]; };

    // How much of each side of each cell is drawn.
    double drawn = 0;
    double sides = 0;
    const auto level_side = [&](Index r, Index c) {
      const double inset = 0.15 * (node(r, c + 1).x - node(r, c).x);
      return level_[rows[static_cast<std::size_t>(r)]].seen_between(node(r, c).x + inset, node(r, c + 1).x - inset);
    };
    const auto upright_side = [&](Index r, Index c) {
      const double inset = 0.15 * (node(r + 1, c).y - node(r, c).y);
      return upright_[columns[static_cast<std::size_t>(c)]].seen_between(node(r, c).y + inset,
                                                                         node(r + 1, c).y - inset);
    };
    Table table{height - 1, width - 1, {}, 0};
    std::vector<Index> owner(static_cast<std::size_t>(table.rows * table.columns));
    std::iota(owner.begin(), owner.end(), Index{0});
    const auto place = [&](Index r, Index c) { return static_cast<std::size_t>(r * table.columns + c); };
    std::vector<double> above(owner.size());
    std::vector<double> before(owner.size());
    for (Index r = 0; r < height; ++r) {
      for (Index c = 0; c + 1 < width; ++c) {
        const bool visible = in_picture(node(r, c)) && in_picture(node(r, c + 1));
        const double seen = visible ? level_side(r, c) : 1;
        drawn += visible ? seen : 0;
        sides += visible ? 1 : 0;
        if (r + 1 < height) above[place(r, c)] = seen;
      }
    }
    for (Index r = 0; r + 1 < height; ++r) {
      for (Index c = 0; c < width; ++c) {
        const bool visible = in_picture(node(r, c)) && in_picture(node(r + 1, c));
        const double seen = visible ? upright_side(r, c) : 1;
        drawn += visible ? seen : 0;
        sides += visible ? 1 : 0;
        if (c + 1 < width) before[place(r, c)] = seen;
      }
    }
    table.drawn = sides > 0 ? drawn / sides : 0;
    if (table.drawn < options.least_drawn) return std::nullopt;

    // A side that is not drawn at all opens a cell to its neighbour; in a grid that is otherwise whole it is a fault of
    // the print.
    if (table.drawn < 0.93) {
      constexpr double open = 0.12;
      for (Index r = 0; r < table.rows; ++r) {
        for (Index c = 0; c < table.columns; ++c) {
          if (c > 0 && before[place(r, c)] < open) merge(owner, place(r, c), place(r, c - 1));
          if (r > 0 && above[place(r, c)] < open) merge(owner, place(r, c), place(r - 1, c));
        }
      }
    }
    collect(table, owner, node);
    return table;
  }

  static void merge(std::vector<Index>& owner, std::size_t a, std::size_t b) {
    const Index from = owner[a];
    const Index to = owner[b];
    if (from != to) std::replace(owner.begin(), owner.end(), std::max(from, to), std::min(from, to));
  }

  /// Joined places become one cell when they fill a rectangle; others stay single.
  template <typename Node>
  static void collect(Table& table, const std::vector<Index>& owner, const Node& node) {
    const auto at = [&](Index r, Index c) { return owner[static_cast<std::size_t>(r * table.columns + c)]; };
    const auto add = [&](Index r, Index c, Index rows, Index columns) {
      table.cells.push_back(
          {r, c, rows, columns, {node(r, c), node(r, c + columns), node(r + rows, c + columns), node(r + rows, c)}});
    };
    for (Index r = 0; r < table.rows; ++r) {
      for (Index c = 0; c < table.columns; ++c) {
        const Index self = at(r, c);
        Index bottom = r;
        Index right = c;
        Index left = c;
        Index top = r;
        Index count = 0;
        for (Index i = 0; i < table.rows; ++i) {
          for (Index j = 0; j < table.columns; ++j) {
            if (at(i, j) != self) continue;
            ++count;
            top = std::min(top, i);
            bottom = std::max(bottom, i);
            left = std::min(left, j);
            right = std::max(right, j);
          }
        }
        const bool rectangle = count == (bottom - top + 1) * (right - left + 1);
        if (!rectangle) {
          add(r, c, 1, 1);
        } else if (r == top && c == left) {
          add(r, c, bottom - top + 1, right - left + 1);
        }
      }
    }
  }

  std::vector<RuledLine> level_;
  std::vector<RuledLine> upright_;
  double width_;
  double height_;
  double reach_;
  std::vector<std::optional<Point>> crossings_;  // level x upright
};

}  // namespace detail

INKLING_INLINE std::vector<Table> find_tables(const GreyImage& page, const TableOptions& options) {
  options.check();
  if (page.width() < 16 || page.height() < 16) return {};
  const detail::LinePage line_page(page);
  std::vector<Table> best;
  double most = 0;
  double factor = 1;
  // How bold the lines are is not known: the threshold that shows the largest and most complete grid is right.
  for (const double boldness : {1.0, 1.6, 2.6, 4.2}) {
    detail::PageLines lines = line_page.find(boldness);
    // Lines of a grid are longer than strokes.
    const auto shortest = static_cast<std::size_t>(0.08 * std::max(lines.width, lines.height));
    const auto too_short = [shortest](const RuledLine& line) { return line.centre.size() < shortest; };
    std::erase_if(lines.level, too_short);
    std::erase_if(lines.upright, too_short);
    std::vector<Table> tables = detail::GridAssembly(lines).tables(options);
    if (tables.empty()) continue;
    const double score = static_cast<double>(tables[0].cells.size()) * std::pow(tables[0].drawn, 3);
    if (score > most * 1.01) {
      most = score;
      best = std::move(tables);
      factor = static_cast<double>(lines.factor);
    }
  }
  for (Table& table : best) {
    for (GridCell& cell : table.cells) {
      for (Point& corner : cell.place) corner = {corner.x * factor, corner.y * factor};
    }
  }
  return best;
}

}  // namespace inkling::inline INKLING_ABI::form
