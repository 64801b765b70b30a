#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/field_ink.hpp>
#include <inkling/form/detail/straight_lines.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// The columns of a cell, at the middle of the field's height.
struct CellSpan {
  double left = 0;
  double right = 0;

  double width() const noexcept { return right - left; }
};

struct PrintedLine {
  inkling::Rule path;
  float darkest = 1;    // amount of ink that print has at most
  float thickness = 0;  // pixels, of the line alone: `path` may be thicker by strokes along it
};

/// The places of characters in a field, and the straight lines printed around them. Pixels of the working size.
struct CellGrid {
  double top = 0;
  double bottom = 0;
  std::vector<CellSpan> cells;  // one for a field whose cells are not known
  bool divided = false;         // lines between cells were seen
  bool has_top = false;         // a line was seen there
  bool has_bottom = false;
  std::vector<PrintedLine> level;    // lines along the rows
  std::vector<PrintedLine> upright;  // along the columns, in the transposed picture
};

/// Whether a line passes within five pixels of `across`, at `along` or at its end that is nearest to there.
inline bool passes_near(const PrintedLine& line, Index along, double across) {
  const Index at = std::clamp<Index>(along - line.path.first, 0, line.path.length() - 1);
  return std::abs(static_cast<double>(line.path.centre[static_cast<std::size_t>(at)]) - across) < 5;
}

/// Ridges that are no noise of the paper.
inline float least_ridge(const FieldInk& field) noexcept {
  return std::max(0.035F, 2.5F * field.noise);
}

/// Printed lines along the rows: the upper and lower side of the field, a base line, and what runs through all of it.
inline void find_level_lines(const FieldInk& field, const FloatImage& turned_ridges, const FloatImage& turned_amount,
                             CellGrid& grid) {
  const Box& place = field.place;
  const float least = least_ridge(field);
  const auto left = static_cast<Index>(std::clamp(place.x, 0.0, static_cast<double>(field.width())));
  const auto right = static_cast<Index>(std::clamp(place.x + place.width, 0.0, static_cast<double>(field.width())));
  const auto profiles = line_profiles(turned_ridges, left, right, 0.03, least);
  const double zone = 0.25 * place.height;
  const bool one_character = place.width < 1.6 * place.height;
  grid.top = place.y;
  grid.bottom = place.y + place.height;
  std::vector<StraightLine> lines;
  double from = 0;
  // The strongest line of each stretch, downwards: a stretch is as high as a line is thick.
  constexpr double stretch = 8;
  for (; from < static_cast<double>(field.height()); from += stretch / 2) {
    const StraightLine line = best_line(profiles, from, from + stretch);
    const bool upper = std::abs(line.x - place.y) < zone;
    const bool lower = std::abs(line.x - place.y - place.height) < zone;
    const bool outside = line.x < place.y - zone || line.x > place.y + place.height + zone;
    const double needed = outside ? 0.6 : upper || lower ? (one_character ? 0.9 : 0.82) : one_character ? 2 : 0.9;
    if (line.coverage < needed) continue;
    if (!lines.empty() && std::abs(lines.back().x - line.x) < 5) {
      if (line.coverage * static_cast<double>(line.level) >
          lines.back().coverage * static_cast<double>(lines.back().level))
        lines.back() = line;
      continue;
    }
    lines.push_back(line);
  }
  std::optional<double> upper;
  std::optional<double> lower;
  for (const StraightLine& line : lines) {
    grid.level.push_back({follow(turned_amount, turned_ridges, line, left, right, least)});
    if (std::abs(line.x - place.y) < zone && (!upper || line.x > *upper)) upper = line.x;
    if (std::abs(line.x - place.y - place.height) < zone && !lower) lower = line.x;
  }
  grid.has_top = upper.has_value();
  grid.has_bottom = lower.has_value();
  grid.top = upper.value_or(grid.top);
  grid.bottom = lower.value_or(grid.bottom);
}

/// Rules that come in from beside the field and end where the writing begins, such as those of ruled paper. No stroke
/// begins so far outside of a field.
inline void find_rules_from_beside(const FieldInk& field, const FloatImage& turned_ridges,
                                   const FloatImage& turned_amount, CellGrid& grid) {
  const Box& place = field.place;
  if (place.width < 1.6 * place.height) return;  // what reaches half of a height into it may be all of a character
  const float least = least_ridge(field);
  const double reach = 0.5 * place.height;
  const auto look = [&](double left, double right) {
    const auto begin = static_cast<Index>(std::max(0.0, left));
    const auto end = static_cast<Index>(std::min(right, static_cast<double>(field.width())));
    if (static_cast<double>(end - begin) < reach) return;
    const auto profiles = line_profiles(turned_ridges, begin, end, 0.03, least);
    constexpr double stretch = 8;
    constexpr double from_side = 5;  // pixels: an upper or lower side is no such rule
    for (double y = place.y + from_side; y < place.y + place.height - from_side; y += stretch / 2) {
      const StraightLine line = best_line(profiles, y, y + stretch);
      const bool known = std::any_of(grid.level.begin(), grid.level.end(), [&](const PrintedLine& other) {
        return passes_near(other, (begin + end) / 2, line.x);
      });
      if (line.coverage < 0.9 || known) continue;
      grid.level.push_back({follow(turned_amount, turned_ridges, line, begin, end, least)});
    }
  };
  look(0, place.x + reach);
  look(place.x + place.width - reach, static_cast<double>(field.width()));
}

/// How well lines lie where a grid of cells would have them.
struct GridFit {
  double left = 0;
  double pitch = 0;
  double score = 0;
  double between = 0;  // share of the lines between cells that are there
};

/// For each column the best line near it: coverage, worth more where the line is dark.
inline std::vector<double> line_strengths(const std::vector<LineProfile>& profiles, Index width) {
  std::vector<double> strength(static_cast<std::size_t>(width));
  for (const LineProfile& profile : profiles) {
    for (std::size_t x = 0; x < strength.size(); ++x) {
      const double coverage = static_cast<double>(profile.coverage[x]);
      if (coverage < 0.5) continue;
      const double value = (coverage - 0.4) * std::min(1.0, 0.6 + static_cast<double>(profile.level[x]));
      strength[x] = std::max(strength[x], value);
    }
  }
  return strength;
}

/// The strongest line within two columns of x.
inline double strength_near(const std::vector<double>& strength, double x) {
  const auto at = static_cast<Index>(std::lround(x));
  const Index first = std::max<Index>(0, at - 2);
  const Index last = std::min(at + 2, static_cast<Index>(strength.size()) - 1);
  double best = 0;
  for (Index k = first; k <= last; ++k) best = std::max(best, strength[static_cast<std::size_t>(k)]);
  return best;
}

/// Of the lines between the cells of a grid, the share that is there.
inline double share_between(const std::vector<double>& strength, const GridFit& fit, std::size_t count) {
  std::size_t there = 0;
  for (std::size_t k = 1; k < count; ++k) {
    there += strength_near(strength, fit.left + static_cast<double>(k) * fit.pitch) > 0.15 ? 1 : 0;
  }
  return count < 2 ? 0 : static_cast<double>(there) / static_cast<double>(count - 1);
}

inline GridFit fit_grid(const std::vector<double>& strength, const Box& place, std::size_t count) {
  const auto near = [&](double x) { return strength_near(strength, x); };
  const double pitch = place.width / static_cast<double>(count);
  GridFit best{place.x, pitch, -1, 0};
  for (double share = -0.06; share <= 0.0601; share += 0.01) {
    const double width = place.width * (1 + share);
    for (double shift = -0.3 * pitch; shift <= 0.3 * pitch + 0.01; shift += 2) {
      const double left = place.x - share * place.width / 2 + shift;
      double score = 0;
      // Between cells; their outer sides help where there is nothing between.
      for (std::size_t k = 1; k < count; ++k)
        score += near(left + static_cast<double>(k) * width / static_cast<double>(count));
      if (count > 1) score /= static_cast<double>(count - 1);
      score += 0.5 * (near(left) + near(left + width)) * (count == 1 ? 1 : 0.5);
      const double off = shift / pitch;
      score -= 2 * off * off + 0.3 * std::abs(share);
      if (score > best.score) best = {left, width / static_cast<double>(count), score, 0};
    }
  }
  best.between = share_between(strength, best, count);
  return best;
}

/// The sides of boxes that stand apart, left and right of each; empty unless nearly all of them are there. Boxes and
/// the gaps between them are all alike, so that the sides lie on two combs.
inline std::vector<double> sides_of_boxes_apart(const std::vector<double>& strength, const Box& place,
                                                std::size_t count) {
  const auto near = [&](double x) { return strength_near(strength, x); };
  constexpr double there = 0.15;
  const auto n = static_cast<double>(count);
  const double pitch = place.width / n;
  std::vector<double> best;
  double most = 0;
  for (double gap = 6; gap < 0.3 * pitch && count > 1; gap += 1) {
    const double width = (place.width - (n - 1) * gap) / n;
    for (double shift = -6; shift <= 6; shift += 1) {
      std::vector<double> sides;
      double sum = 0;
      std::size_t seen = 0;
      for (std::size_t k = 0; k < count; ++k) {
        for (const double side : {0.0, width}) {
          sides.push_back(place.x + shift + static_cast<double>(k) * (width + gap) + side);
          const double here = near(sides.back());
          seen += here > there ? 1 : 0;
          sum += here;
        }
      }
      if (10 * seen < 9 * sides.size() || sum <= most) continue;
      most = sum;
      best = std::move(sides);
    }
  }
  return best;
}

/// The strengths of those lines alone that reach the upper or the lower side of the field: a line between cells does,
/// be it as short as a comb's, and strokes stand away from the sides.
inline std::vector<double> strengths_at_sides(std::vector<double> strength, const FloatImage& ridge,
                                              const CellGrid& grid, float least) {
  const auto band = static_cast<Index>(0.15 * (grid.bottom - grid.top));
  constexpr Index beside = 3;  // pixels: half of a line's thickness
  std::vector<std::vector<float>> coverages;
  const auto look = [&](Index from) {
    const Index to = std::min(from + band, ridge.height());
    if (from >= 0 && to > from) coverages.push_back(line_profile(ridge, from, to, 0, least).coverage);
  };
  if (grid.has_top) look(static_cast<Index>(grid.top) + beside);
  if (grid.has_bottom) look(static_cast<Index>(grid.bottom) - beside - band);
  constexpr Index drift = 3;  // columns that a line leans to either side on its way there
  for (Index x = 0; x < static_cast<Index>(strength.size()); ++x) {
    const auto begin = std::max<Index>(0, x - drift);
    const auto end = std::min<Index>(x + drift + 1, static_cast<Index>(strength.size()));
    const bool reaches = std::any_of(coverages.begin(), coverages.end(), [&](const std::vector<float>& coverage) {
      return *std::max_element(coverage.begin() + begin, coverage.begin() + end) > 0.8F;
    });
    if (!reaches) strength[static_cast<std::size_t>(x)] = 0;
  }
  return strength;
}

/// The number of cells, by how well lines fit; 1 when there are none between the sides. `at_sides`: see
/// strengths_at_sides.
inline std::size_t count_cells(const std::vector<double>& strength, const std::vector<double>& at_sides,
                               const FieldInk& field) {
  const double ratio = field.place.width / field.place.height;
  const auto most = static_cast<std::size_t>(std::clamp(std::floor(ratio / 0.55), 1.0, 60.0));
  const auto least = static_cast<std::size_t>(std::max(2.0, std::floor(0.6 * ratio)));
  // One or two lines may be strokes; a row of them is none. Half as many cells fit as well, so the most cells count.
  constexpr std::size_t fewest = 4;
  std::size_t best = 1;
  double score = 0.2;
  for (std::size_t count = std::max(fewest, least); count <= most; ++count) {
    const GridFit fit = fit_grid(strength, field.place, count);
    if (fit.between < 0.8 || fit.score < 0.75 * score || share_between(at_sides, fit, count) < 0.5) continue;
    best = count;
    score = std::max(score, fit.score);
  }
  return best;
}

/// Adds the lines that lie at the same place in most cells, such as the sides of boxes that stand apart.
inline void add_recurring_lines(const std::vector<LineProfile>& profiles, const std::vector<double>& sides,
                                double pitch, float darkest, std::vector<StraightLine>& lines) {
  const std::size_t count = sides.size() / 2;
  const double zone = count == 1 ? 0.15 : 0.3;  // of the pitch, beside each side
  for (double offset = -zone * pitch; offset < zone * pitch; offset += 3) {
    std::vector<StraightLine> found;
    std::size_t sure = 0;
    const auto look = [&](double side) {
      const StraightLine line = best_line(profiles, side + offset - 1, side + offset + 4, darkest);
      if (line.coverage >= 0.4) found.push_back(line);
      if (line.coverage >= 0.85) ++sure;
    };
    for (std::size_t k = 0; k <= count; ++k) look(k < count ? sides[2 * k] : sides.back());
    const double needed = count == 1 ? 1 : std::max(2.0, 0.5 * static_cast<double>(count));
    if (static_cast<double>(sure) < needed) continue;
    for (const StraightLine& line : found) {
      const bool known = std::any_of(lines.begin(), lines.end(),
                                     [&](const StraightLine& other) { return std::abs(line.x - other.x) < 5; });
      if (!known && (line.coverage >= 0.6 || count > 1)) lines.push_back(line);
    }
  }
}

/// Finds the cells of a field. `count`: how many, 0 when that is not known; `given`: where the template says where each
/// of them is.
inline CellGrid find_cells(const FieldInk& field, std::size_t count, const std::vector<CellSpan>& given = {}) {
  CellGrid grid;
  const float least = least_ridge(field);
  {
    const FloatImage turned = transposed(field.amount);
    const FloatImage turned_ridges = ridges(turned);
    find_level_lines(field, turned_ridges, turned, grid);
    find_rules_from_beside(field, turned_ridges, turned, grid);
  }
  const FloatImage ridge = ridges(field.amount);
  const auto top = static_cast<Index>(std::clamp(grid.top + 5, 0.0, static_cast<double>(field.height() - 1)));
  const auto bottom = static_cast<Index>(
      std::clamp(grid.bottom - 4, static_cast<double>(top + 1), static_cast<double>(field.height())));
  const auto profiles = line_profiles(ridge, top, bottom, 0.07, least);
  const std::vector<double> strength = line_strengths(profiles, field.width());
  const bool ruled = grid.has_top || grid.has_bottom;  // places for characters have at least a base line
  if (count == 0 && given.empty()) {
    count = ruled ? count_cells(strength, strengths_at_sides(strength, ridge, grid, least), field) : 1;
  }
  count = std::max<std::size_t>(1, given.empty() ? count : given.size());

  std::vector<double> sides;  // of the cells, left and right of each
  if (given.empty()) sides = sides_of_boxes_apart(strength, field.place, count);
  const bool apart = !given.empty() || !sides.empty();
  if (!sides.empty()) {
    // Found by their lines.
  } else if (!given.empty()) {
    for (const CellSpan& span : given) {
      sides.push_back(span.left);
      sides.push_back(span.right);
    }
  } else {
    const GridFit fit =
        count == 1 ? GridFit{field.place.x, field.place.width, 0, 0} : fit_grid(strength, field.place, count);
    for (std::size_t k = 0; k <= count; ++k) {
      const double x = fit.left + static_cast<double>(k) * fit.pitch;
      if (k > 0) sides.push_back(x);
      if (k < count) sides.push_back(x);
    }
  }
  const double pitch = (sides.back() - sides.front()) / static_cast<double>(count);
  const double reach = count == 1               ? std::min(0.15 * pitch, 0.2 * field.place.height)
                       : apart && given.empty() ? 4.0
                                                : std::max(4.0, 0.08 * pitch);
  // How dark the lines are: strokes beside a pale line are darker.
  float darkest = 1;
  float typical = 1;
  {
    std::vector<float> levels;
    for (const double side : sides) {
      const StraightLine line = best_line(profiles, side - 4, side + 5);
      if (line.coverage >= 0.62) levels.push_back(line.level);
    }
    if (count >= 3 && levels.size() >= 3) {
      const auto middle = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 2);
      std::nth_element(levels.begin(), middle, levels.end());
      typical = *middle;
      darkest = 1.8F * typical + 0.03F;
    }
  }
  std::size_t seen = 0;
  std::vector<double> missing;
  std::vector<StraightLine> lines;
  const auto add = [&](const StraightLine& line) {
    const bool known = std::any_of(lines.begin(), lines.end(),
                                   [&](const StraightLine& other) { return std::abs(line.x - other.x) < 5; });
    if (!known) lines.push_back(line);
  };
  // The side of a box meets its upper and lower side, or goes on beyond them: a stroke at the end of a text does not.
  const auto meets_level_sides = [&](const inkling::Rule& path) {
    const double first = static_cast<double>(path.first) - grid.top;
    const double last = static_cast<double>(path.first + path.length()) - grid.bottom;
    return (grid.has_top ? first < 5 : first < -20) && (grid.has_bottom ? last > -5 : last > 20);
  };
  const auto is_lone_side = [&](const StraightLine& line) {
    return line.coverage > 0.85 && meets_level_sides(follow(field.amount, ridge, line, top, bottom, least));
  };
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (i > 0 && i % 2 == 0 && !apart) {  // the same as that of the cell before
      sides[i] = sides[i - 1];
      continue;
    }
    const StraightLine line = best_line(profiles, sides[i] - reach, sides[i] + reach + 1, darkest);
    if (line.coverage >= 0.62 && (count > 1 || is_lone_side(line))) {
      add(line);
      if (i > 0 && i + 1 < sides.size()) ++seen;
      sides[i] = line.x;
    } else {
      missing.push_back(sides[i]);
    }
  }
  for (const double side : missing) {  // parts of it may not have come through
    if (count < 2 || 2 * seen < count - 1 || seen == 0) break;
    const StraightLine rest = best_line(profiles, side - 3, side + 4, darkest);
    if (rest.coverage >= 0.25) add(rest);
  }
  add_recurring_lines(profiles, sides, pitch, darkest, lines);
  const bool divided = count > 1 && 2 * seen >= count - 1;
  // Where most lines between cells were not seen, what stands at the place of one is a stroke of the writing.
  const auto may_be_print = [&](const StraightLine& line) {
    return divided || std::min(std::abs(line.x - sides.front()), std::abs(line.x - sides.back())) < 5;
  };
  for (const StraightLine& line : lines) {
    inkling::Rule path = follow(field.amount, ridge, line, top, bottom, least);
    if (count > 1 ? may_be_print(line) : line.coverage > 0.85 && meets_level_sides(path)) {
      grid.upright.push_back({std::move(path), count >= 3 ? std::min(darkest, 1.3F * typical + 0.02F) : 1.0F});
    }
  }
  // Sides are printed alike. One that is thicker may have a stroke along it.
  std::vector<float> thicknesses;
  for (const PrintedLine& line : grid.upright) thicknesses.push_back(line.path.thickness);
  if (thicknesses.size() >= 3) {
    const auto usual = thicknesses.begin() + static_cast<std::ptrdiff_t>(thicknesses.size() / 4);
    std::nth_element(thicknesses.begin(), usual, thicknesses.end());
    for (PrintedLine& line : grid.upright) {
      line.thickness = std::min(line.path.thickness, 1.2F * *usual + 0.6F);
      line.path.thickness = std::min(line.path.thickness, 1.5F * *usual + 1);
    }
  }
  // What runs through the whole picture is no stroke: a line of the table around the field.
  const auto through = line_profiles(ridge, 0, field.height(), 0.05, least);
  for (double from = 0; from < static_cast<double>(field.width()); from += 4) {
    const StraightLine line = best_line(through, from, from + 4);
    if (line.coverage < 0.92) continue;
    const auto at_line = [&](const PrintedLine& other) { return passes_near(other, field.height() / 2, line.x); };
    if (std::any_of(grid.upright.begin(), grid.upright.end(), at_line)) continue;
    grid.upright.push_back({follow(field.amount, ridge, line, 0, field.height(), least)});
  }
  for (std::size_t k = 0; k < count; ++k) grid.cells.push_back({sides[2 * k], sides[2 * k + 1]});
  grid.divided = divided;
  return grid;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
