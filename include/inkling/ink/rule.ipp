#pragma once

#include <inkling/core/range.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void RuleOptions::check() const {
  in_range("RuleOptions::min_length", min_length, {0, 1e6});
  in_range("RuleOptions::max_thickness", max_thickness, {0, 1e6});
  in_range("RuleOptions::max_slope", max_slope, {0, 1});
  in_range("RuleOptions::min_clear", min_clear, {0, 1});
  in_range("RuleOptions::min_ink", min_ink, {0, 1});
}

namespace detail {

/// A vertical run of ink, at most as tall as a line is thick.
struct ThinRun {
  Index column = 0;
  float centre = 0;
  float thickness = 0;
};

inline std::vector<ThinRun> thin_runs(const Image<std::uint8_t>& mask, Index max_thickness) {
  std::vector<ThinRun> runs;
  for (Index x = 0; x < mask.width(); ++x) {
    for (Index y = 0; y < mask.height();) {
      if (mask(x, y) == 0) {
        ++y;
        continue;
      }
      const Index top = y;
      while (y < mask.height() && mask(x, y) != 0) ++y;
      if (y - top <= max_thickness) {
        runs.push_back({x, static_cast<float>(top + y) / 2, static_cast<float>(y - top)});
      }
    }
  }
  return runs;
}

struct Line {
  double intercept = 0;  // row at column 0
  double slope = 0;      // rows a column
};

/// The line with most runs on it (Hough 1962, with the slopes of a line that is meant to be level).
inline Line strongest_line(const std::vector<ThinRun>& runs, Index width, Index height, double max_slope) {
  const auto steps = static_cast<Index>(std::ceil(max_slope * static_cast<double>(width)));
  std::vector<int> votes;
  Line best;
  int most = 0;
  for (Index step = -steps; step <= steps; ++step) {
    const double slope = static_cast<double>(step) / static_cast<double>(width);
    votes.assign(static_cast<std::size_t>(height + 2 * steps + 3), 0);
    for (const ThinRun& run : runs) {
      const double intercept = static_cast<double>(run.centre) - slope * static_cast<double>(run.column);
      ++votes[static_cast<std::size_t>(intercept + static_cast<double>(steps) + 1)];
    }
    for (std::size_t i = 1; i + 1 < votes.size(); ++i) {
      const int near = votes[i - 1] + votes[i] + votes[i + 1];
      if (near > most) {
        most = near;
        best = {static_cast<double>(i) - static_cast<double>(steps) - 0.5, slope};
      }
    }
  }
  return best;
}

/// Follows the line from run to run, which may wave a little. Takes the runs it used out of `runs`; nothing when it is
/// too short, hidden or broken.
inline std::optional<Rule> trace(const Image<std::uint8_t>& mask, const Line& line, std::vector<ThinRun>& runs,
                                 const RuleOptions& options) {
  // A run belongs to the line when its middle is as near as half of a thin line is thick, with a pixel for rounding.
  const float reach = std::max(2.5F, static_cast<float>(options.max_thickness) / 4);
  constexpr float inertia = 0.9F;  // a wave of ten columns and more is followed, a stroke that crosses is not
  float drift = 0;
  std::vector<ThinRun> on_line;
  std::vector<ThinRun> others;
  for (const ThinRun& run : runs) {
    const auto expected = static_cast<float>(line.intercept + line.slope * static_cast<double>(run.column)) + drift;
    const bool near = std::abs(run.centre - expected) <= reach;
    if (near && (on_line.empty() || on_line.back().column != run.column)) {
      drift += (1 - inertia) * (run.centre - expected);
      on_line.push_back(run);
    } else {
      others.push_back(run);
    }
  }
  runs = std::move(others);
  if (on_line.empty()) return std::nullopt;
  const Index length = on_line.back().column + 1 - on_line.front().column;
  const auto covered = static_cast<double>(on_line.size());
  if (length < options.min_length || covered < options.min_clear * static_cast<double>(length)) return std::nullopt;

  Rule rule{.first = on_line.front().column, .centre = {}};
  for (std::size_t i = 0; i + 1 < on_line.size(); ++i) {  // between runs, a straight line
    const ThinRun& from = on_line[i];
    const ThinRun& to = on_line[i + 1];
    const auto gap = static_cast<float>(to.column - from.column);
    for (Index x = from.column; x < to.column; ++x) {
      const float share = static_cast<float>(x - from.column) / gap;
      rule.centre.push_back(from.centre + share * (to.centre - from.centre));
    }
  }
  rule.centre.push_back(on_line.back().centre);
  Index inked = 0;
  for (Index i = 0; i < length; ++i) {
    inked += mask(rule.first + i, static_cast<Index>(rule.centre[static_cast<std::size_t>(i)]));
  }
  if (static_cast<double>(inked) < options.min_ink * static_cast<double>(length)) return std::nullopt;
  const auto middle = on_line.begin() + static_cast<std::ptrdiff_t>(on_line.size() / 2);
  std::nth_element(on_line.begin(), middle, on_line.end(),
                   [](const ThinRun& a, const ThinRun& b) { return a.thickness < b.thickness; });
  rule.thickness = middle->thickness;
  return rule;
}

/// Other ink that reaches one side of a line.
struct RuleContact {
  Index first;  // column
  Index last;
  Index row;  // the last row of that ink
  bool joined = false;

  double middle() const noexcept { return static_cast<double>(first + last) / 2; }
  Index width() const noexcept { return last - first + 1; }
};

struct RuleContacts {
  std::vector<RuleContact> above;
  std::vector<RuleContact> below;
};

/// Makes paper of the line, and notes what it touched.
inline RuleContacts cut_out(Ink& ink, const Rule& rule) {
  RuleContacts contacts;
  const float margin = 1 + rule.thickness / 6;                  // printed lines are ragged, and so are their ends
  const auto overhang = static_cast<Index>(std::ceil(margin));  // to the left and the right
  const Index depth = std::max<Index>(2, static_cast<Index>(rule.thickness / 2));  // of ink that is no fringe
  const Index width = ink.amount.width();
  const Index height = ink.amount.height();
  const auto reaches = [&](Index x, Index y, Index step) {
    for (Index i = 0; i < depth; ++i, y += step) {
      if (y < 0 || y >= height || !(ink.amount(x, y) > ink.threshold())) return false;
    }
    return true;
  };
  const auto note = [](std::vector<RuleContact>& side, Index x, Index y) {
    if (!side.empty() && side.back().last == x - 1) {
      side.back().last = x;
    } else {
      side.push_back({x, x, y});
    }
  };
  const Index end = std::min(width, rule.first + rule.length() + overhang);
  for (Index x = std::max<Index>(0, rule.first - overhang); x < end; ++x) {
    const Index i = std::clamp<Index>(x - rule.first, 0, rule.length() - 1);
    const float centre = rule.centre[static_cast<std::size_t>(i)];
    const auto top = static_cast<Index>(std::floor(centre - rule.thickness / 2 - margin));
    const auto bottom = static_cast<Index>(std::ceil(centre + rule.thickness / 2 + margin));
    if (reaches(x, top - 1, -1)) note(contacts.above, x, top - 1);
    if (reaches(x, bottom, 1)) note(contacts.below, x, bottom);
    for (Index y = std::max<Index>(0, top); y < std::min(height, bottom); ++y) ink.amount(x, y) = 0;
  }
  return contacts;
}

/// The contact below that goes on where `upper` ends, the nearest one; null when there is none.
inline RuleContact* continuation(const RuleContact& upper, std::vector<RuleContact>& below) {
  constexpr double steepest = 1.3;   // columns a row: strokes that cross at 45 degrees, and a little more
  constexpr Index most_unalike = 3;  // a stroke keeps its width; three times is another stroke
  RuleContact* nearest = nullptr;
  for (RuleContact& lower : below) {
    const auto gap = static_cast<double>(lower.row - upper.row);
    const double apart = std::abs(lower.middle() - upper.middle());
    const bool alike = upper.width() <= most_unalike * lower.width() && lower.width() <= most_unalike * upper.width();
    if (lower.joined || !alike || apart > steepest * gap) continue;
    if (nearest == nullptr || apart < std::abs(nearest->middle() - upper.middle())) nearest = &lower;
  }
  return nearest;
}

/// Fills what lies between both with ink, as a stroke from the one to the other.
inline void join(Ink& ink, const RuleContact& upper, const RuleContact& lower) {
  for (Index y = upper.row + 1; y < lower.row; ++y) {
    const double share = static_cast<double>(y - upper.row) / static_cast<double>(lower.row - upper.row);
    const auto between = [share](Index a, Index b) {
      return static_cast<Index>(std::lround(static_cast<double>(a) + share * static_cast<double>(b - a)));
    };
    for (Index x = between(upper.first, lower.first); x <= between(upper.last, lower.last); ++x) {
      if (y >= 0 && y < ink.amount.height()) ink.amount(x, y) = ink.level;
    }
  }
}

}  // namespace detail

INKLING_INLINE std::vector<Rule> find_rules(const Image<std::uint8_t>& mask, const RuleOptions& options) {
  options.check();
  constexpr std::size_t most = 12;           // lines to look at in a picture of one line of text
  constexpr std::size_t too_many = 200'000;  // runs: noise, which would only cost time
  std::vector<Rule> rules;
  std::vector<detail::ThinRun> runs = detail::thin_runs(mask, options.max_thickness);
  if (runs.size() > too_many) return rules;
  const double needed = std::max(1.0, options.min_clear * static_cast<double>(options.min_length));
  for (std::size_t i = 0; i < most && static_cast<double>(runs.size()) >= needed; ++i) {
    const detail::Line line = detail::strongest_line(runs, mask.width(), mask.height(), options.max_slope);
    std::optional<Rule> rule = detail::trace(mask, line, runs, options);
    if (rule) rules.push_back(*std::move(rule));
  }
  return rules;
}

INKLING_INLINE void erase_rule(Ink& ink, const Rule& rule) {
  constexpr double furthest = 1e6;  // pixels
  in_range("Rule::first", rule.first, {-furthest, furthest});
  in_range("Rule::thickness", rule.thickness, {0, furthest});
  for (const float row : rule.centre) in_range("Rule::centre", row, {-furthest, furthest});
  if (rule.centre.empty()) return;
  detail::RuleContacts contacts = detail::cut_out(ink, rule);
  for (const detail::RuleContact& upper : contacts.above) {
    detail::RuleContact* const lower = detail::continuation(upper, contacts.below);
    if (lower == nullptr) continue;
    lower->joined = true;
    detail::join(ink, upper, *lower);
  }
}

}  // namespace inkling::inline INKLING_ABI
