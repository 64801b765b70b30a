#pragma once

#include <inkling/core/range.hpp>
#include <inkling/form/layout/ruled_lines.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void RuledLineOptions::check() const {
  in_range("RuledLineOptions::threshold", threshold, {1, 255});
  in_range("RuledLineOptions::min_length", min_length, {1, 65'535});
  in_range("RuledLineOptions::max_thickness", max_thickness, {1, 65'535});
  in_range("RuledLineOptions::max_gap", max_gap, {0, 65'535});
  in_range("RuledLineOptions::max_slope", max_slope, {0, 10});
  in_range("RuledLineOptions::min_seen", min_seen, {0, 1});
}

INKLING_INLINE double RuledLine::at(double along) const noexcept {
  const double place = along - static_cast<double>(first) - 0.5;
  const auto last = static_cast<Index>(centre.size()) - 1;
  // The direction of an end is that of its last stretch.
  const Index stretch = std::min<Index>(last, 40);
  const auto value = [&](Index i) { return static_cast<double>(centre[static_cast<std::size_t>(i)]); };
  if (last <= 0) return value(0);
  if (place < 0) return value(0) + place * (value(stretch) - value(0)) / static_cast<double>(stretch);
  if (place > static_cast<double>(last)) {
    return value(last) +
           (place - static_cast<double>(last)) * (value(last) - value(last - stretch)) / static_cast<double>(stretch);
  }
  const auto i = std::min(static_cast<Index>(place), last - 1);
  const double share = place - static_cast<double>(i);
  return value(i) + share * (value(i + 1) - value(i));
}

INKLING_INLINE double RuledLine::seen_between(double from, double to) const noexcept {
  double count = 0;
  const auto begin = static_cast<Index>(std::floor(from));
  const auto stop = std::max(begin + 1, static_cast<Index>(std::ceil(to)));
  for (Index i = std::max(begin, first); i < std::min(stop, end()); ++i) {
    count += seen[static_cast<std::size_t>(i - first)];
  }
  return count / static_cast<double>(stop - begin);
}

namespace detail {

/// A line while it is followed.
struct LineTrack {
  RuledLine line;
  Index last = 0;  // column in which it was seen last
  double slope = 0;
  double thickness_sum = 0;
  Index seen = 0;

  double expected(Index x) const noexcept {
    return static_cast<double>(line.centre.back()) + slope * static_cast<double>(x - last);
  }

  void extend(Index x, double centre, double thickness) {
    const auto before = static_cast<double>(line.centre.back());
    const auto steps = x - last;
    for (Index i = 1; i < steps; ++i) {
      line.centre.push_back(
          static_cast<float>(before + (centre - before) * static_cast<double>(i) / static_cast<double>(steps)));
      line.seen.push_back(0);
    }
    line.centre.push_back(static_cast<float>(centre));
    line.seen.push_back(1);
    last = x;
    thickness_sum += thickness;
    ++seen;
    // The direction over the last stretch, surer the longer it is.
    const auto length = static_cast<Index>(line.centre.size());
    const Index back = std::min<Index>(length - 1, 32);
    const double measured = (static_cast<double>(line.centre.back()) -
                             static_cast<double>(line.centre[static_cast<std::size_t>(length - 1 - back)])) /
                            static_cast<double>(back);
    slope = measured * static_cast<double>(back) / static_cast<double>(back + 6);
  }
};

struct InkRun {
  double centre;
  double thickness;
  bool taken = false;
};

/// Thin runs of ink down one column; the middle is weighted by the ink.
INKLING_INLINE void column_runs(const std::uint8_t* column, Index height, const RuledLineOptions& options,
                                std::vector<InkRun>& runs) {
  runs.clear();
  for (Index y = 0; y < height;) {
    if (column[y] < options.threshold) {
      ++y;
      continue;
    }
    const Index top = y;
    double weight = 0;
    double moment = 0;
    for (; y < height && column[y] >= options.threshold; ++y) {
      weight += column[y];
      moment += column[y] * (static_cast<double>(y) + 0.5);
    }
    if (y - top <= options.max_thickness) runs.push_back({moment / weight, static_cast<double>(y - top)});
  }
}

/// Joins lines where one goes on in the direction of another.
INKLING_INLINE void join_lines(std::vector<RuledLine>& lines, Index reach) {
  std::sort(lines.begin(), lines.end(), [](const RuledLine& a, const RuledLine& b) { return a.first < b.first; });
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < lines.size() && !again; ++i) {
      std::size_t best = lines.size();
      double least = 0;
      for (std::size_t j = 0; j < lines.size(); ++j) {
        const Index gap = lines[j].first - lines[i].end();
        if (j == i || gap < -4 || gap > reach) continue;
        const double middle = static_cast<double>(lines[i].end() + lines[j].first) / 2;
        const double off = std::abs(lines[i].at(middle) - lines[j].at(middle));
        const double allowed = 1.5 + 0.04 * static_cast<double>(std::max<Index>(0, gap)) +
                               0.25 * static_cast<double>(lines[i].thickness + lines[j].thickness);
        if (off > allowed) continue;
        const double cost = off + 0.05 * static_cast<double>(std::max<Index>(0, gap));
        if (best == lines.size() || cost < least) {
          best = j;
          least = cost;
        }
      }
      if (best == lines.size()) continue;
      RuledLine& a = lines[i];
      const RuledLine b = lines[best];
      const auto from = static_cast<double>(a.centre.back());
      const Index gap = b.first - a.end();
      for (Index k = 0; k < gap; ++k) {
        a.centre.push_back(static_cast<float>(from + (static_cast<double>(b.centre.front()) - from) *
                                                         static_cast<double>(k + 1) / static_cast<double>(gap + 1)));
        a.seen.push_back(0);
      }
      const auto skip = static_cast<std::ptrdiff_t>(std::max<Index>(0, -gap));
      if (skip < static_cast<std::ptrdiff_t>(b.centre.size())) {
        a.centre.insert(a.centre.end(), b.centre.begin() + skip, b.centre.end());
        a.seen.insert(a.seen.end(), b.seen.begin() + skip, b.seen.end());
      }
      const auto share = static_cast<float>(b.centre.size()) / static_cast<float>(a.centre.size());
      a.thickness += share * (b.thickness - a.thickness);
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(best));
      again = true;
    }
  }
}

}  // namespace detail

INKLING_INLINE std::vector<RuledLine> follow_lines(const GreyImage& ink, const RuledLineOptions& options) {
  options.check();
  std::vector<detail::LineTrack> active;
  std::vector<RuledLine> lines;
  std::vector<detail::InkRun> runs;
  const auto finish = [&](detail::LineTrack& track) {
    const auto length = static_cast<Index>(track.line.centre.size());
    if (length < options.min_length ||
        static_cast<double>(track.seen) < options.min_seen * static_cast<double>(length)) {
      return;
    }
    track.line.thickness = static_cast<float>(track.thickness_sum / static_cast<double>(track.seen));
    lines.push_back(std::move(track.line));
  };
  for (Index x = 0; x < ink.height(); ++x) {
    detail::column_runs(ink.row(x), ink.width(), options, runs);
    // The longest tracks choose first: a stroke that touches a line does not lead it away.
    std::stable_sort(active.begin(), active.end(),
                     [](const detail::LineTrack& a, const detail::LineTrack& b) { return a.seen > b.seen; });
    for (detail::LineTrack& track : active) {
      const double expected = track.expected(x);
      const double mean = track.thickness_sum / static_cast<double>(track.seen);
      const double tolerance = 1.3 + 0.06 * static_cast<double>(x - track.last) + 0.15 * mean;
      detail::InkRun* nearest = nullptr;
      for (detail::InkRun& run : runs) {
        if (run.taken || std::abs(run.centre - expected) > tolerance || run.thickness > 2 * mean + 2.5) continue;
        if (nearest == nullptr || std::abs(run.centre - expected) < std::abs(nearest->centre - expected)) {
          nearest = &run;
        }
      }
      if (nearest == nullptr) continue;
      nearest->taken = true;
      track.extend(x, nearest->centre, nearest->thickness);
    }
    for (std::size_t i = 0; i < active.size();) {
      const detail::LineTrack& track = active[i];
      const bool young = track.seen < 6;
      if (x - track.last > (young ? 2 : options.max_gap) ||
          (track.seen > 12 && std::abs(track.slope) > options.max_slope)) {
        finish(active[i]);
        if (i + 1 != active.size()) active[i] = std::move(active.back());
        active.pop_back();
      } else {
        ++i;
      }
    }
    for (const detail::InkRun& run : runs) {
      if (run.taken) continue;
      detail::LineTrack track;
      track.line.first = x;
      track.line.centre = {static_cast<float>(run.centre)};
      track.line.seen = {1};
      track.last = x;
      track.thickness_sum = run.thickness;
      track.seen = 1;
      active.push_back(std::move(track));
    }
  }
  for (detail::LineTrack& track : active) finish(track);
  detail::join_lines(lines, 4 * options.max_gap);
  return lines;
}

}  // namespace inkling::inline INKLING_ABI::form
