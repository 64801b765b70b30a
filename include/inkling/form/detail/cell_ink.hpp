#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/cell_grid.hpp>
#include <inkling/form/detail/field_ink.hpp>
#include <inkling/form/detail/guides.hpp>
#include <inkling/form/detail/take_out.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/gaussian.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// The ink of one cell, at the working size.
struct CellInk {
  Component box = {};      // around the ink, area in pixels; area 0: there is none
  std::size_t parts = 0;   // connected ones
  std::size_t groups = 0;  // that stand beside one another
  double outside = 0;      // share of the ink that lies beyond the cell
  bool cut = false;        // a stroke was cut at the side of the cell
};

/// What was written into a field.
struct FieldContent {
  FieldInk field;  // without print
  CellGrid grid;
  float pen = 0;              // amount that strokes reach; 0 when there are none
  Image<std::int32_t> owner;  // the cell that a pixel belongs to, or -1; 2 pixels wider than the strokes
  std::vector<CellInk> cells;
};

/// What strokes reach inside the field, print left out; 0 when nothing stands out from the paper.
inline float pen_level(const FieldInk& field, const Box& region) {
  const auto left = static_cast<Index>(std::clamp(region.x, 0.0, static_cast<double>(field.width())));
  const auto right = static_cast<Index>(std::clamp(region.x + region.width, 0.0, static_cast<double>(field.width())));
  const auto top = static_cast<Index>(std::clamp(region.y, 0.0, static_cast<double>(field.height())));
  const auto bottom =
      static_cast<Index>(std::clamp(region.y + region.height, 0.0, static_cast<double>(field.height())));
  if (right - left < 2 || bottom - top < 2) return 0;
  FloatImage inside(right - left, bottom - top);
  for (Index y = top; y < bottom; ++y) {
    std::copy(field.amount.row(y) + left, field.amount.row(y) + right, inside.row(y - top));
  }
  const float level = stroke_level(inside);
  constexpr float faintest = 0.06F;
  return level < std::max(faintest, 4 * field.noise) ? 0 : level;
}

/// Smooths paper that is printed all over with dots or a fine pattern, until they are no longer taken for ink.
inline void smooth_texture(FieldInk& field, const Box& region, float& pen) {
  constexpr std::size_t most = 24;  // specks in a field as wide as it is high
  const FieldInk rough = field;
  for (const double sigma : {1.5, 2.2, 3.0}) {
    if (!(pen > 0)) return;
    Image<std::uint8_t> mask(field.width(), field.height());
    std::transform(field.amount.values().begin(), field.amount.values().end(), mask.values().begin(),
                   [&](float value) { return static_cast<std::uint8_t>(value > pen / 2); });
    std::size_t specks = 0;
    for (const Component& part : connected_components(mask).parts) {
      specks += part.width() < 10 && part.height() < 10 ? 1 : 0;
    }
    const double area = static_cast<double>(field.width()) / static_cast<double>(field.height());
    if (static_cast<double>(specks) < static_cast<double>(most) * std::max(1.0, area)) return;
    field.amount = gaussian_blur(rough.amount, sigma);
    pen = pen_level(field, region);
  }
}

/// Takes the grid's lines out of a field, and finds what strokes reach.
inline void take_lines_out(FieldInk& field, const CellGrid& grid, float& pen) {
  // First without caring for strokes, to see how dark the pen is.
  FieldInk bare = field;
  const auto blank = [](FloatImage& amount, const inkling::Rule& rule) {
    const auto reach = static_cast<Index>(rule.thickness / 2 + 2);
    for (std::size_t i = 0; i < rule.centre.size(); ++i) {
      const auto row = static_cast<Index>(rule.centre[i]);
      for (Index y = std::max<Index>(0, row - reach); y <= std::min(amount.height() - 1, row + reach); ++y) {
        amount(rule.first + static_cast<Index>(i), y) = 0;
      }
    }
  };
  for (const PrintedLine& line : grid.level) blank(bare.amount, line.path);
  bare.amount = transposed(bare.amount);
  for (const PrintedLine& line : grid.upright) blank(bare.amount, line.path);
  bare.amount = transposed(bare.amount);
  const std::optional<Guide> guide = find_guide(field, grid);
  if (guide) take_guides_out(bare, grid, *guide, 0);
  const Box inside{grid.cells.front().left, grid.top, grid.cells.back().right - grid.cells.front().left,
                   grid.bottom - grid.top};
  pen = pen_level(bare, inside);
  if (pen == 0) {
    field = std::move(bare);
    return;
  }
  if (guide) take_guides_out(field, grid, *guide, pen);
  for (const PrintedLine& line : grid.level) take_out(field.amount, line.path, line.darkest, pen);
  FloatImage turned = transposed(field.amount);
  for (const PrintedLine& line : grid.upright) take_out(turned, line.path, line.darkest, pen, line.thickness);
  field.amount = transposed(turned);
  smooth_texture(field, inside, pen);
}

/// The cell that a column belongs to.
inline std::size_t cell_at(const CellGrid& grid, double x) {
  std::size_t best = 0;
  double least = HUGE_VAL;
  for (std::size_t k = 0; k < grid.cells.size(); ++k) {
    const CellSpan& span = grid.cells[k];
    const double apart = x < span.left ? span.left - x : x > span.right ? x - span.right : 0;
    if (apart < least) {
      least = apart;
      best = k;
    }
  }
  return best;
}

/// 1 where there is ink: what reaches half of the pen's level. Where a pen was pressed less there may be parts that
/// nowhere do: they are brought to that level first.
inline Image<std::uint8_t> level_strokes(FieldInk& field, float pen) {
  constexpr float faintest = 0.38F;  // shares of the pen's level
  constexpr float paper = 0.22F;
  const Index width = field.width();
  Image<std::uint8_t> mask(width, field.height());
  std::transform(field.amount.values().begin(), field.amount.values().end(), mask.values().begin(),
                 [&](float value) { return static_cast<std::uint8_t>(value > paper * pen); });
  const Components components = connected_components(mask);
  std::vector<std::vector<float>> values(components.parts.size());
  for (Index y = 0; y < field.height(); ++y) {
    for (Index x = 0; x < width; ++x) {
      if (components.labels(x, y) >= 0)
        values[static_cast<std::size_t>(components.labels(x, y))].push_back(field.amount(x, y));
    }
  }
  std::vector<float> gain;
  for (std::vector<float>& part : values) {
    const auto at = part.begin() + static_cast<std::ptrdiff_t>(part.size() * 17 / 20);
    std::nth_element(part.begin(), at, part.end());
    const float most = *std::max_element(at, part.end());
    gain.push_back(most<0.7F * pen&& * at> faintest * pen ? pen / *at : 1.0F);
  }
  for (Index y = 0; y < field.height(); ++y) {
    for (Index x = 0; x < width; ++x) {
      float& value = field.amount(x, y);
      const std::int32_t label = components.labels(x, y);
      if (label >= 0) value = std::min(1.0F, value * gain[static_cast<std::size_t>(label)]);
      mask(x, y) = value > pen / 2;
    }
  }
  return mask;
}

/// How many stretches of columns hold a good part of each cell's ink, with blank ones between.
inline void count_groups(FieldContent& content) {
  for (std::size_t k = 0; k < content.cells.size(); ++k) {
    CellInk& cell = content.cells[k];
    Index run = 0;
    for (Index x = cell.box.left; x <= cell.box.right && cell.box.area > 0; ++x) {
      Index inked = 0;
      for (Index y = cell.box.top; y < cell.box.bottom && x < cell.box.right; ++y) {
        inked += content.owner(x, y) == static_cast<std::int32_t>(k) ? 1 : 0;
      }
      if (inked == 0 && 8 * run > cell.box.area) ++cell.groups;
      run = inked == 0 ? 0 : run + inked;
    }
  }
}

/// Each label reaches so many pixels further, over what has none.
inline void grow(Image<std::int32_t>& labels, int pixels) {
  for (int round = 0; round < pixels; ++round) {
    const Image<std::int32_t> old = labels;
    for (Index y = 0; y < labels.height(); ++y) {
      for (Index x = 0; x < labels.width(); ++x) {
        if (old(x, y) >= 0) continue;
        if (x > 0) labels(x, y) = std::max(labels(x, y), old(x - 1, y));
        if (x + 1 < labels.width()) labels(x, y) = std::max(labels(x, y), old(x + 1, y));
        if (y > 0) labels(x, y) = std::max(labels(x, y), old(x, y - 1));
        if (y + 1 < labels.height()) labels(x, y) = std::max(labels(x, y), old(x, y + 1));
      }
    }
  }
}

/// Pixels of each part with those parts that are hardly apart from it: a thin stroke may be broken.
inline std::vector<Index> areas_of_strokes(const Image<std::uint8_t>& mask, const Components& components) {
  Image<std::uint8_t> near = mask;
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      if (mask(x, y) == 0) continue;
      for (Index v = std::max<Index>(0, y - 1); v <= std::min(mask.height() - 1, y + 1); ++v) {
        for (Index u = std::max<Index>(0, x - 1); u <= std::min(mask.width() - 1, x + 1); ++u) near(u, v) = 1;
      }
    }
  }
  const Components strokes = connected_components(near);
  std::vector<Index> areas(strokes.parts.size());
  std::vector<std::size_t> stroke(components.parts.size());
  for (Index i = 0; i < mask.size(); ++i) {
    const std::int32_t part = components.labels.row(0)[i];
    if (part < 0) continue;
    stroke[static_cast<std::size_t>(part)] = static_cast<std::size_t>(strokes.labels.row(0)[i]);
    ++areas[stroke[static_cast<std::size_t>(part)]];
  }
  std::vector<Index> result;
  for (const std::size_t s : stroke) result.push_back(areas[s]);
  return result;
}

/// Finds the ink of each cell.
inline void share_out(FieldContent& content) {
  FieldInk& field = content.field;
  const CellGrid& grid = content.grid;
  content.owner = Image<std::int32_t>(field.width(), field.height(), -1);
  content.cells.assign(grid.cells.size(), CellInk{.box = {field.width(), field.height(), 0, 0, 0}});
  if (!(content.pen > 0)) return;

  const Image<std::uint8_t> mask = level_strokes(field, content.pen);
  const Components components = connected_components(mask);
  const std::size_t cells = grid.cells.size();
  std::vector<std::size_t> column_cell(static_cast<std::size_t>(field.width()));
  for (Index x = 0; x < field.width(); ++x) {
    column_cell[static_cast<std::size_t>(x)] = cell_at(grid, static_cast<double>(x) + 0.5);
  }
  // Per part: pixels in each cell, and pixels between top and bottom of the field and its two ends.
  struct Part {
    std::vector<Index> in;
    Index inside = 0;
  };
  std::vector<Part> parts(components.parts.size(), Part{.in = std::vector<Index>(cells)});
  for (Index y = 0; y < field.height(); ++y) {
    const double row = static_cast<double>(y) + 0.5;
    for (Index x = 0; x < field.width(); ++x) {
      const std::int32_t label = components.labels(x, y);
      if (label < 0) continue;
      Part& part = parts[static_cast<std::size_t>(label)];
      ++part.in[column_cell[static_cast<std::size_t>(x)]];
      const double column = static_cast<double>(x) + 0.5;
      if (row >= grid.top && row <= grid.bottom && column >= grid.cells.front().left &&
          column <= grid.cells.back().right)
        ++part.inside;
    }
  }

  const double height = grid.bottom - grid.top;
  const double speck = 0.0016 * height * height;
  const std::vector<Index> strokes = areas_of_strokes(mask, components);
  std::vector<std::int32_t> whole(components.parts.size(), -1);  // the cell of a part that is not cut, -2: cut
  std::vector<std::int32_t> cut_mark(components.parts.size(), 0);
  for (std::size_t i = 0; i < components.parts.size(); ++i) {
    const Component& box = components.parts[i];
    if (static_cast<double>(strokes[i]) < speck || 2 * parts[i].inside < box.area) continue;
    const auto largest =
        static_cast<std::size_t>(std::max_element(parts[i].in.begin(), parts[i].in.end()) - parts[i].in.begin());
    // A remainder of a line lies along a side and is as thin as one.
    const auto thin = [&](Index extent) { return static_cast<double>(extent) < 0.08 * height; };
    const double to_level = std::min(std::abs(static_cast<double>(box.top + box.bottom) / 2 - grid.top),
                                     std::abs(static_cast<double>(box.top + box.bottom) / 2 - grid.bottom));
    const double middle = static_cast<double>(box.left + box.right) / 2;
    const double to_side =
        std::min(std::abs(middle - grid.cells[largest].left), std::abs(middle - grid.cells[largest].right));
    const bool runs_through =
        box.top < 3 && box.bottom > field.height() - 3 && static_cast<double>(box.width()) < 0.15 * height;
    if (runs_through) continue;
    // So is what reaches from the upper to the lower side of the field, or lies flat along one of them.
    const double beside = std::max({0.0, grid.cells.front().left - middle, middle - grid.cells.back().right});
    const bool tall =
        static_cast<double>(box.height()) > 0.9 * height && static_cast<double>(box.width()) < 0.1 * height;
    if (tall && (to_side < 0.1 * height || beside > 0)) continue;
    const bool flat = static_cast<double>(box.height())<0.09 * height&& static_cast<double>(box.width())> 0.4 * height;
    if (flat && to_level < 0.22 * height) continue;
    if (thin(box.height()) && to_level < 0.09 * height) continue;
    if (thin(box.width()) && to_side < 0.06 * height && static_cast<double>(box.height()) < 0.35 * height) continue;
    bool split = false;
    for (std::size_t k = 0; k < cells; ++k) {
      if (k == largest || parts[i].in[k] == 0) continue;
      const CellSpan& span = grid.cells[k];
      const double reach =
          std::min(static_cast<double>(box.right), span.right) - std::max(static_cast<double>(box.left), span.left);
      if (4 * parts[i].in[k] > parts[i].in[largest] && reach > 0.4 * span.width()) split = true;
    }
    whole[i] = split ? -2 : static_cast<std::int32_t>(largest);
  }
  std::vector<std::vector<bool>> seen(cells, std::vector<bool>(components.parts.size()));
  std::vector<Index> beyond(cells);
  for (Index y = 0; y < field.height(); ++y) {
    for (Index x = 0; x < field.width(); ++x) {
      const std::int32_t label = components.labels(x, y);
      if (label < 0 || whole[static_cast<std::size_t>(label)] == -1) continue;
      const std::int32_t cell = whole[static_cast<std::size_t>(label)] == -2
                                    ? static_cast<std::int32_t>(column_cell[static_cast<std::size_t>(x)])
                                    : whole[static_cast<std::size_t>(label)];
      content.owner(x, y) = cell;
      const auto k = static_cast<std::size_t>(cell);
      CellInk& ink = content.cells[k];
      ink.box = together(ink.box, {x, y, x + 1, y + 1, 1});
      if (!seen[k][static_cast<std::size_t>(label)]) {
        seen[k][static_cast<std::size_t>(label)] = true;
        ++ink.parts;
        ink.cut = ink.cut || whole[static_cast<std::size_t>(label)] == -2;
      }
      if (column_cell[static_cast<std::size_t>(x)] != k) ++beyond[k];
    }
  }
  for (std::size_t k = 0; k < cells; ++k) {
    if (content.cells[k].box.area > 0) {
      content.cells[k].outside = static_cast<double>(beyond[k]) / static_cast<double>(content.cells[k].box.area);
    }
  }
  count_groups(content);
  grow(content.owner, 2);
}

/// The ink of a cell as a character of EMNIST: 28x28, white on black. There must be some.
inline GreyImage cell_image(const FieldContent& content, std::size_t cell, const NormaliseOptions& options = {}) {
  const Component& box = content.cells[cell].box;
  constexpr Index margin = 3;
  const Index left = std::max<Index>(0, box.left - margin);
  const Index top = std::max<Index>(0, box.top - margin);
  const Index right = std::min(content.field.width(), box.right + margin);
  const Index bottom = std::min(content.field.height(), box.bottom + margin);
  Ink ink{FloatImage(right - left, bottom - top), content.pen};
  for (Index y = top; y < bottom; ++y) {
    for (Index x = left; x < right; ++x) {
      if (content.owner(x, y) == static_cast<std::int32_t>(cell))
        ink.amount(x - left, y - top) = content.field.amount(x, y);
    }
  }
  return as_emnist(std::move(ink),
                   {static_cast<double>(box.left - left), static_cast<double>(box.top - top),
                    static_cast<double>(box.width()), static_cast<double>(box.height())},
                   options);
}

}  // namespace inkling::inline INKLING_ABI::form::detail
