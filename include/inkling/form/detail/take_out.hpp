#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/detail/field_ink.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// What is left of an amount of ink where print of a given amount lies beneath: both take their share of the light.
inline float without_print(float amount, float print) noexcept {
  print = std::clamp(print, 0.0F, 0.75F);
  return std::max(0.0F, (amount - print) / (1 - print));
}

/// Gives back the strokes that lie along a line and touch it, such as the side of a wide 0 at the side of its box:
/// there the ink is thicker than the line by as much as a stroke, over many columns, and at both ends it leaves the
/// line, as a line that is printed thicker does not. What crosses the line reaches farther and is no business of this.
/// `before`: the ink with the line.
inline void restore_touching_strokes(const FloatImage& before, const inkling::Rule& rule, float thickness, float pen,
                                     FloatImage& amount) {
  const double half = static_cast<double>(thickness) / 2;
  const double least = std::max(1.5, half);
  constexpr double most = 14;          // pixels of the working size: a thick stroke
  constexpr std::size_t stretch = 12;  // columns
  for (const Index side : {Index{-1}, Index{1}}) {
    std::vector<Index> reach(rule.centre.size());
    for (std::size_t i = 0; i < rule.centre.size(); ++i) {
      const Index x = rule.first + static_cast<Index>(i);
      Index y = static_cast<Index>(std::lround(rule.centre[i]));
      Index far = 0;
      for (; y >= 0 && y < before.height() && before(x, y) > pen / 2; y += side) ++far;
      const double beyond = static_cast<double>(far) - half;
      reach[i] = beyond > least && beyond < most ? far : 0;
    }
    const auto leaves = [&](std::size_t inner, Index step) {  // just beyond the end of a stretch
      for (Index apart = 1; apart <= 4; ++apart) {
        const Index k = static_cast<Index>(inner) + step * apart;
        if (k < 0 || k >= static_cast<Index>(reach.size())) return false;
        const auto row = static_cast<Index>(std::lround(rule.centre[static_cast<std::size_t>(k)]));
        for (Index far = static_cast<Index>(half) + 2; far <= reach[inner] + 3; ++far) {
          const Index y = row + side * far;
          if (y >= 0 && y < before.height() && before(rule.first + k, y) > pen / 2) return true;
        }
      }
      return false;
    };
    for (std::size_t i = 0; i < reach.size();) {
      std::size_t end = i;
      while (end < reach.size() && reach[end] > 0) ++end;
      const bool stroke = end - i >= stretch && leaves(i, -1) && leaves(end - 1, 1);
      for (std::size_t k = i; stroke && k < end; ++k) {
        const Index x = rule.first + static_cast<Index>(k);
        const auto row = static_cast<Index>(std::lround(rule.centre[k]));
        for (Index far = 0; far < reach[k]; ++far) amount(x, row + side * far) = before(x, row + side * far);
      }
      i = end + 1;
    }
  }
}

/// Takes a line that runs along the rows out of the ink. `pen`: what strokes reach; `darkest`: what print has at most;
/// `thickness`: of the line alone, 0 for the rule's.
/// Where the line is paler than the pen, what is darker stays; where it is as dark, strokes are joined across it.
inline void take_out(FloatImage& amount, const inkling::Rule& rule, float darkest, float pen, float thickness = 0) {
  const auto reach = static_cast<Index>(std::ceil(rule.thickness / 2 + 2));
  std::vector<std::vector<float>> levels(static_cast<std::size_t>(2 * reach + 1));
  const auto inside = [&](Index y) { return y >= 0 && y < amount.height(); };
  const auto row_of = [&](std::size_t i) { return static_cast<Index>(std::lround(rule.centre[i])); };
  const auto column_of = [&](std::size_t i) { return rule.first + static_cast<Index>(i); };
  for (std::size_t i = 0; i < rule.centre.size(); ++i) {
    for (Index k = -reach; k <= reach; ++k) {
      if (inside(row_of(i) + k))
        levels[static_cast<std::size_t>(k + reach)].push_back(amount(column_of(i), row_of(i) + k));
    }
  }
  std::vector<float> profile;  // across the line; its upper quartile, so that a dotted line goes, too
  for (std::vector<float>& values : levels) {
    if (values.empty()) {
      profile.push_back(0);
      continue;
    }
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 3 / 5);
    std::nth_element(values.begin(), at, values.end());
    profile.push_back(std::min(*at, darkest));
  }
  const float level = *std::max_element(profile.begin(), profile.end());
  if (level > 0.6F * pen) {
    Ink ink{amount, pen};
    erase_rule(ink, rule);
    restore_touching_strokes(amount, rule, thickness > 0 ? thickness : rule.thickness, pen, ink.amount);
    amount = std::move(ink.amount);
    return;
  }
  for (std::size_t i = 0; i < rule.centre.size(); ++i) {
    for (Index k = -reach; k <= reach; ++k) {
      if (!inside(row_of(i) + k)) continue;
      float& value = amount(column_of(i), row_of(i) + k);
      const float print = profile[static_cast<std::size_t>(k + reach)];
      value = value < 1.6F * print ? 0 : without_print(value, print);
    }
  }
}

inline constexpr float least_print = 0.08F;  // amount; less is paper

/// The print without its level lines: runs of so many pixels that are no paper.
inline FloatImage without_level_lines(const FloatImage& print) {
  constexpr auto shortest = static_cast<Index>(0.6 * working_height);
  FloatImage result = print;
  for (Index y = 0; y < print.height(); ++y) {
    for (Index x = 0; x < print.width();) {
      Index end = x;
      while (end < print.width() && print(end, y) > least_print) ++end;
      if (end - x >= shortest) std::fill(result.row(y) + x, result.row(y) + end, 0.0F);
      x = end + 1;
    }
  }
  return result;
}

/// The print of a field but for its straight lines, which are found and taken out with more care: names of fields,
/// hints in cells, patterns.
inline FloatImage print_beside_lines(const FloatImage& print) {
  FloatImage result = without_level_lines(print);
  result.array() = result.array().min(transposed(without_level_lines(transposed(print))).array());
  return result;
}

/// Where the print lies on the field: a few pixels off, since paper bends. Maximises the ink that both have.
inline std::pair<Index, Index> offset_of_print(const FloatImage& amount, const FloatImage& print) {
  constexpr Index most = 4;
  std::pair<Index, Index> best;
  float shared = -1;
  for (Index dy = -most; dy <= most; ++dy) {
    for (Index dx = -most; dx <= most; ++dx) {
      float sum = 0;
      for (Index y = most; y + most < amount.height(); y += 2) {
        const auto width = amount.width() - 2 * most;
        if (width <= 0) return {};
        const Eigen::Map<const Eigen::ArrayXf> here(amount.row(y) + most, width);
        const Eigen::Map<const Eigen::ArrayXf> there(print.row(y - dy) + most - dx, width);
        sum += here.min(there).sum();
      }
      const bool nearer = dx * dx + dy * dy < best.first * best.first + best.second * best.second;
      if (sum > 1.002F * shared || (sum >= shared && nearer)) {
        shared = sum;
        best = {dx, dy};
      }
    }
  }
  return best;
}

/// Takes known print out of a field, lines apart. Where a stroke crosses it, what lies beneath stays.
inline void take_print_out(FieldInk& field, const FieldInk& blank) {
  const FloatImage print = print_beside_lines(blank.amount);
  if (!(print.array() > least_print).any()) return;
  const auto [dx, dy] = offset_of_print(field.amount, blank.amount);
  const FloatImage before = field.amount;
  FloatImage printed(field.width(), field.height());
  for (Index y = 0; y < field.height(); ++y) {
    for (Index x = 0; x < field.width(); ++x) {
      float most = 0;
      for (Index v = std::max<Index>(0, y - dy - 1); v <= std::min(field.height() - 1, y - dy + 1); ++v) {
        for (Index u = std::max<Index>(0, x - dx - 1); u <= std::min(field.width() - 1, x - dx + 1); ++u)
          most = std::max(most, print(u, v));
      }
      printed(x, y) = most > least_print ? most : 0;
      float& value = field.amount(x, y);
      if (printed(x, y) > 0) value = value < 1.6F * most ? 0 : without_print(value, most);
    }
  }
  const float pen = stroke_level(field.amount);
  if (!(pen > 0)) return;
  const FloatImage rest = field.amount;
  const auto stroke_beyond = [&](Index x, Index y, Index step_x, Index step_y) {  // just where the print ends
    constexpr Index thickest = 12;
    constexpr Index goes_on = 4;
    for (Index apart = 1, inked = 0; apart <= thickest + goes_on; ++apart) {
      const Index u = x + apart * step_x;
      const Index v = y + apart * step_y;
      if (u < 0 || v < 0 || u >= field.width() || v >= field.height() || before(u, v) <= pen / 2) return false;
      if (printed(u, v) == 0 && rest(u, v) > pen / 2 && ++inked == goes_on) return true;
    }
    return false;
  };
  constexpr std::array<std::pair<Index, Index>, 4> ways{{{1, 0}, {0, 1}, {1, 1}, {1, -1}}};
  for (Index y = 0; y < field.height(); ++y) {
    for (Index x = 0; x < field.width(); ++x) {
      if (printed(x, y) == 0 || before(x, y) <= pen / 2) continue;
      const bool crossed = std::any_of(ways.begin(), ways.end(), [&](const std::pair<Index, Index>& way) {
        return stroke_beyond(x, y, way.first, way.second) && stroke_beyond(x, y, -way.first, -way.second);
      });
      if (crossed) field.amount(x, y) = before(x, y);
    }
  }
}

}  // namespace inkling::inline INKLING_ABI::form::detail
