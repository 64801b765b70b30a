#pragma once

#include <inkling/core/config.hpp>
#include <inkling/line/segmentation.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Numbers of parts that stand above one another or inside one another, and so are one character: the dot and the stem
/// of an i, both bars of an equals sign.
class Stacks {
 public:
  explicit Stacks(const std::vector<Piece>& parts) : stack_(parts.size()) {
    std::iota(stack_.begin(), stack_.end(), std::size_t{0});
    for (std::size_t a = 0; a < parts.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        if (stacked(parts[a], parts[b])) join(a, b);
      }
    }
  }

  /// The number of the stack: that of one of its parts.
  std::size_t of(std::size_t part) const {
    while (stack_[part] != part) part = stack_[part];
    return part;
  }

 private:
  static bool stacked(const Piece& a, const Piece& b) {
    const double across = std::min(a.end, b.end) - std::max(a.begin, b.begin);
    const double narrower = std::min(a.end - a.begin, b.end - b.begin);
    const auto down = static_cast<double>(std::min(a.box.bottom, b.box.bottom) - std::max(a.box.top, b.box.top));
    const auto lower = static_cast<double>(std::min(a.box.height(), b.box.height()));
    const auto [less, more] = std::minmax(a.box.area, b.box.area);
    const bool inside = across >= 0.9 * narrower && down >= 0.9 * lower && 3 * less < more;
    return inside || (across >= 0.5 * narrower && down <= 0.3 * lower);
  }

  void join(std::size_t a, std::size_t b) {
    a = of(a);
    b = of(b);
    stack_[std::max(a, b)] = std::min(a, b);
  }

  std::vector<std::size_t> stack_;
};

}  // namespace inkling::inline INKLING_ABI::detail
