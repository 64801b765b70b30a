#pragma once

#include <inkling/line/detail/stacks.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Whether two parts are one character. Neighbours in a line share few columns, as a slant is estimated for the line
/// and not for each character: half of the narrower part's columns and more are another matter. They are not enough
/// where parts lie side by side, too, as the arms of K and the stem before them, written apart, do: so parts that stand
/// above one another share few rows. A part inside another (a stroke in the bowl of a b, dirt in a 0) lies in it with
/// nearly all that it has, and is much smaller.
inline bool stacked(const Piece& a, const Piece& b) {
  constexpr double nearly_all = 0.9;  // ragged edges reach out by a tenth
  constexpr double most_columns = 0.5;
  constexpr double few_rows = 0.3;  // bars of = and dots lean, and their boxes overlap a little
  constexpr Index much_smaller = 3;
  const double across = std::min(a.end, b.end) - std::max(a.begin, b.begin);
  const double narrower = std::min(a.end - a.begin, b.end - b.begin);
  const auto down = static_cast<double>(std::min(a.box.bottom, b.box.bottom) - std::max(a.box.top, b.box.top));
  const auto lower = static_cast<double>(std::min(a.box.height(), b.box.height()));
  const auto [less, more] = std::minmax(a.box.area, b.box.area);
  const bool inside = across >= nearly_all * narrower && down >= nearly_all * lower && much_smaller * less < more;
  return inside || (across >= most_columns * narrower && down <= few_rows * lower);
}

INKLING_INLINE Stacks::Stacks(const std::vector<Piece>& parts) : stack_(parts.size()) {
  std::iota(stack_.begin(), stack_.end(), std::size_t{0});
  for (std::size_t a = 0; a < parts.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (!stacked(parts[a], parts[b])) continue;
      const auto [first, second] = std::minmax({of(a), of(b)});
      stack_[second] = first;
    }
  }
}

}  // namespace inkling::inline INKLING_ABI::detail
