#pragma once

#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Component together(const Component& a, const Component& b) noexcept {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right), std::max(a.bottom, b.bottom),
          a.area + b.area};
}

namespace detail {

/// Neighbours in a row of a mask, as many as there are.
struct Run {
  Index row = 0;
  Index begin = 0;
  Index end = 0;
  std::int32_t part = 0;  // while parts are sought, a run of the same part that came before, or itself
};

inline std::vector<Run> find_runs(const Image<std::uint8_t>& mask) {
  std::vector<Run> runs;
  const auto inked = [](std::uint8_t value) { return value != 0; };
  for (Index y = 0; y < mask.height(); ++y) {
    const std::uint8_t* row = mask.row(y);
    const std::uint8_t* const end = row + mask.width();
    for (const std::uint8_t* begin = std::find_if(row, end, inked); begin != end;) {
      const std::uint8_t* const stop = std::find(begin, end, std::uint8_t{0});
      runs.push_back({y, begin - row, stop - row, static_cast<std::int32_t>(runs.size())});
      begin = std::find_if(stop, end, inked);
    }
  }
  return runs;
}

/// The first run of the part that a run belongs to, as far as is known.
inline std::int32_t first_run(std::vector<Run>& runs, std::int32_t run) {
  const auto part = [&](std::int32_t i) -> std::int32_t& { return runs[static_cast<std::size_t>(i)].part; };
  for (; part(run) != run; run = part(run)) part(run) = part(part(run));
  return run;
}

/// Joins runs that touch one in the row above, at corners, too.
inline void join_runs(std::vector<Run>& runs) {
  std::size_t above = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run run = runs[i];
    while (runs[above].row < run.row - 1 || (runs[above].row == run.row - 1 && runs[above].end < run.begin)) ++above;
    for (std::size_t k = above; runs[k].row < run.row && runs[k].begin <= run.end; ++k) {
      const auto [first, second] =
          std::minmax({first_run(runs, static_cast<std::int32_t>(k)), first_run(runs, static_cast<std::int32_t>(i))});
      runs[static_cast<std::size_t>(second)].part = first;
    }
  }
}

}  // namespace detail

INKLING_INLINE Components connected_components(const Image<std::uint8_t>& mask) {
  std::vector<detail::Run> runs = detail::find_runs(mask);
  detail::join_runs(runs);

  Components result{Image<std::int32_t>(mask.width(), mask.height(), -1), {}};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    detail::Run& run = runs[i];
    const Component box{run.begin, run.row, run.end, run.row + 1, run.end - run.begin};
    // The run it hangs on came before, so that one has the number of its part already.
    if (run.part == static_cast<std::int32_t>(i)) {
      run.part = static_cast<std::int32_t>(result.parts.size());
      result.parts.push_back(box);
    } else {
      run.part = runs[static_cast<std::size_t>(run.part)].part;
      Component& part = result.parts[static_cast<std::size_t>(run.part)];
      part = together(part, box);
    }
    std::fill(result.labels.row(run.row) + run.begin, result.labels.row(run.row) + run.end, run.part);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
