#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// A straight printed line that runs nearly down the columns of a picture. Level lines are found in the transposed one.
struct StraightLine {
  double x = 0;         // column where it crosses the middle of the rows that it was looked for in
  double slope = 0;     // columns a row
  double coverage = 0;  // share of those rows in which there is a thin line
  float level = 0;      // amount of ink on it
};

/// How much darker a pixel is than what lies `reach` to its left and right: thin upright lines stay, areas do not.
inline FloatImage ridges(const FloatImage& amount) {
  constexpr std::array<Index, 3> reaches{4, 7, 11};  // pixels; a line is at most about 10 thick
  FloatImage result(amount.width(), amount.height());
  for (Index y = 0; y < amount.height(); ++y) {
    const auto at = [&, row = amount.row(y)](Index x) { return x < 0 || x >= amount.width() ? 0.0F : row[x]; };
    for (Index x = 0; x < amount.width(); ++x) {
      float best = 0;
      for (const Index reach : reaches) best = std::max(best, at(x) - std::max(at(x - reach), at(x + reach)));
      result(x, y) = best;
    }
  }
  return result;
}

/// How well lines of one slope cover the rows top .. bottom - 1, for each column at the middle of them.
struct LineProfile {
  double slope = 0;
  std::vector<float> coverage;
  std::vector<float> level;  // mean ridge where there is one
};

inline LineProfile line_profile(const FloatImage& ridge, Index top, Index bottom, double slope, float least) {
  const Index width = ridge.width();
  LineProfile profile{slope, std::vector<float>(static_cast<std::size_t>(width)),
                      std::vector<float>(static_cast<std::size_t>(width))};
  const double middle = static_cast<double>(top + bottom) / 2;
  for (Index y = top; y < bottom; ++y) {
    const auto shift = static_cast<Index>(std::lround(slope * (static_cast<double>(y) + 0.5 - middle)));
    const float* row = ridge.row(y);
    const Index begin = std::max<Index>(1, 1 - shift);
    const Index end = std::min(width - 1, width - 1 - shift);
    for (Index x = begin; x < end; ++x) {  // a line may waver by a pixel
      const float value = std::max(row[x + shift], std::max(row[x + shift - 1], row[x + shift + 1]));
      if (value > least) {
        profile.coverage[static_cast<std::size_t>(x)] += 1;
        profile.level[static_cast<std::size_t>(x)] += value;
      }
    }
  }
  const auto rows = static_cast<float>(std::max<Index>(1, bottom - top));
  for (std::size_t x = 0; x < profile.coverage.size(); ++x) {
    if (profile.coverage[x] > 0) profile.level[x] /= profile.coverage[x];
    profile.coverage[x] /= rows;
  }
  return profile;
}

/// Profiles for all slopes up to max_slope, in steps that move the ends of a line by half a pixel.
inline std::vector<LineProfile> line_profiles(const FloatImage& ridge, Index top, Index bottom, double max_slope,
                                              float least) {
  const double rows = static_cast<double>(std::max<Index>(1, bottom - top));
  const auto steps = static_cast<Index>(std::ceil(max_slope * rows / 2));
  std::vector<LineProfile> profiles;
  for (Index step = -steps; step <= steps; ++step) {
    profiles.push_back(line_profile(ridge, top, bottom, 2 * static_cast<double>(step) / rows, least));
  }
  return profiles;
}

/// The best line between two columns: the best covered one of the slopes. What is darker than `darkest` is no print.
inline StraightLine best_line(const std::vector<LineProfile>& profiles, double from, double to, float darkest = 1) {
  StraightLine best;
  if (profiles.empty()) return best;
  const auto width = static_cast<double>(profiles.front().coverage.size());
  const auto begin = static_cast<std::size_t>(std::clamp(std::floor(from), 0.0, width));
  const auto end = static_cast<std::size_t>(std::clamp(std::ceil(to), 0.0, width));
  double most = 0;
  for (const LineProfile& profile : profiles) {
    for (std::size_t x = begin; x < end; ++x) {
      if (profile.level[x] > darkest) continue;
      const double value = static_cast<double>(profile.coverage[x]) * (0.5 + static_cast<double>(profile.level[x])) -
                           0.3 * std::abs(profile.slope);
      if (value > most) {
        most = value;
        best = {static_cast<double>(x), profile.slope, static_cast<double>(profile.coverage[x]), profile.level[x]};
      }
    }
  }
  return best;
}

/// Follows a line from row to row, up and down from the middle and beyond `top` and `bottom` as far as it goes on.
/// Result: in the terms of the transposed picture, whose columns are rows here.
inline inkling::Rule follow(const FloatImage& amount, const FloatImage& ridge, const StraightLine& line, Index top,
                            Index bottom, float least, double thickest) {
  const Index height = amount.height();
  const Index middle = std::clamp<Index>((top + bottom) / 2, 0, height - 1);
  std::vector<float> centre(static_cast<std::size_t>(height));
  std::vector<float> thick;
  Index first = middle;
  Index last = middle;
  for (const Index step : {Index{-1}, Index{1}}) {
    double drift = 0;
    Index missing = 0;
    for (Index y = middle; y >= 0 && y < height; y += step) {
      const double expected = line.x + line.slope * static_cast<double>(y - middle) + drift;
      const auto column = static_cast<Index>(std::lround(expected));
      Index peak = -1;
      float highest = least;
      for (Index x = std::max<Index>(0, column - 2); x <= std::min(amount.width() - 1, column + 2); ++x) {
        if (ridge(x, y) > highest) {
          highest = ridge(x, y);
          peak = x;
        }
      }
      const bool inside = y >= top && y < bottom;
      if (peak >= 0) {
        missing = 0;
        Index left = peak;
        Index right = peak;
        while (left > 0 && 2 * amount(left - 1, y) > amount(peak, y) && peak - left < 12) --left;
        while (right + 1 < amount.width() && 2 * amount(right + 1, y) > amount(peak, y) && right - peak < 12) ++right;
        const double off = (static_cast<double>(left + right) / 2) - expected;
        if (std::abs(off) < 3 && static_cast<double>(right - left + 1) <= thickest) drift += 0.15 * off;
        thick.push_back(static_cast<float>(right - left + 1));
      } else if (!inside && ++missing > 5) {
        break;
      }
      centre[static_cast<std::size_t>(y)] =
          static_cast<float>(line.x + line.slope * static_cast<double>(y - middle) + drift);
      (step < 0 ? first : last) = y;
    }
  }
  inkling::Rule rule{.first = first, .centre = {centre.begin() + first, centre.begin() + last + 1}};
  if (!thick.empty()) {
    const auto half = thick.begin() + static_cast<std::ptrdiff_t>(thick.size() / 2);
    std::nth_element(thick.begin(), half, thick.end());
    rule.thickness = *half;
  }
  return rule;
}

inline inkling::Rule follow(const FloatImage& amount, const FloatImage& ridge, const StraightLine& line, Index top,
                            Index bottom, float least) {
  // Where a stroke lies along the line, both together are thicker than the line is elsewhere: first it is found how
  // thick that is, then the line is followed without being drawn aside.
  const inkling::Rule rough = follow(amount, ridge, line, top, bottom, least, static_cast<double>(amount.width()));
  return follow(amount, ridge, line, top, bottom, least, 1.4 * static_cast<double>(rough.thickness) + 1.5);
}

}  // namespace inkling::inline INKLING_ABI::form::detail
