#pragma once

#include <inkling/core/config.hpp>
#include <inkling/line/detail/seam.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Takes the slant out of columns: whole pixels, so that every pixel keeps a place of its own.
struct Upright {
  double slant = 0;
  Index height = 0;

  Index shift(Index y) const noexcept {
    return static_cast<Index>(std::lround(slant * (static_cast<double>(y) - static_cast<double>(height) / 2)));
  }
};

/// Cuts the stacks where they may hold several characters. labels: in, the stack of a pixel or -1; out, its piece.
class Cutter {
 public:
  Cutter(Segmentation& line, const SegmentOptions& options)
      : line_(line), options_(options), upright_{line.slant, line.labels.height()} {}

  void cut(const std::vector<Piece>& stacks) {
    Image<std::int32_t> result(line_.labels.width(), line_.labels.height(), -1);
    struct Link {
      std::size_t piece;  // and the next one were one part
      float ink;
    };
    std::vector<Link> links;
    for (std::size_t s = 0; s < stacks.size(); ++s) {
      const std::size_t first = line_.pieces.size();
      const auto seams = useful_seams(stacks[s], static_cast<std::int32_t>(s));
      take(stacks[s], static_cast<std::int32_t>(s), seams, result);
      for (std::size_t i = 0; i < seams.size(); ++i) {
        links.push_back({first + i, seams[i].ink / static_cast<float>(line_.stroke_width)});
      }
    }

    std::vector<std::size_t> order(line_.pieces.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const auto middle = [&](std::size_t i) { return line_.pieces[i].begin + line_.pieces[i].end; };
      return middle(a) < middle(b);
    });
    std::vector<std::size_t> place(order.size());
    std::vector<Piece> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      sorted.push_back(line_.pieces[order[i]]);
    }
    line_.pieces = std::move(sorted);
    line_.cuts.assign(line_.pieces.size() + 1, 0);
    for (const Link& link : links) {
      const auto [from, to] = std::minmax(place[link.piece], place[link.piece + 1]);
      for (std::size_t k = from + 1; k <= to; ++k) line_.cuts[k] += link.ink;
    }
    for (std::int32_t& label : result.values()) {
      if (label >= 0) label = static_cast<std::int32_t>(place[static_cast<std::size_t>(label)]);
    }
    line_.labels = std::move(result);
  }

 private:
  /// The seams that leave a stroke's worth of ink on each side.
  std::vector<Seam> useful_seams(const Piece& stack, std::int32_t label) const {
    if (stack.end - stack.begin < 0.45 * line_.height) return {};
    const auto left = static_cast<Index>(stack.begin);
    const Index top = stack.box.top;
    FloatImage ink(static_cast<Index>(stack.end) - left, stack.box.height());
    for_each_pixel(stack, label,
                   [&](Index x, Index y) { ink(x + upright_.shift(y) - left, y - top) = resistance(x, y); });
    const auto least = static_cast<Index>(line_.stroke_width * line_.stroke_width);
    std::vector<Seam> seams =
        find_seams(ink, {.max_ink = static_cast<float>(options_.max_cut * line_.stroke_width),
                         .min_distance = std::max<Index>(2, static_cast<Index>(options_.cut_distance * line_.height)),
                         .min_margin = std::max<Index>(2, static_cast<Index>(0.8 * line_.stroke_width)),
                         .min_area = least});
    std::vector<Seam> useful;
    const auto ink_between = [&](const Seam* from, const Seam* to) {
      Index area = 0;
      for (Index y = 0; y < ink.height(); ++y) {
        const Index begin = from != nullptr ? from->column[static_cast<std::size_t>(y)] : 0;
        const Index end = to != nullptr ? to->column[static_cast<std::size_t>(y)] : ink.width();
        for (Index x = begin; x < end; ++x) area += ink(x, y) > 0 ? 1 : 0;
      }
      return area;
    };
    for (Seam& seam : seams) {
      const Seam* before = useful.empty() ? nullptr : &useful.back();
      if (ink_between(before, &seam) >= least && ink_between(&seam, nullptr) >= least) {
        useful.push_back(std::move(seam));
      }
    }
    for (Seam& seam : useful) {
      for (Index& column : seam.column) column += left;
    }
    return useful;
  }

  /// Appends the pieces between the seams.
  void take(const Piece& stack, std::int32_t label, const std::vector<Seam>& seams, Image<std::int32_t>& result) {
    const std::size_t first = line_.pieces.size();
    line_.pieces.insert(line_.pieces.end(), seams.size() + 1, Piece::nothing());
    for_each_pixel(stack, label, [&](Index x, Index y) {
      const Index u = x + upright_.shift(y);
      const auto row = static_cast<std::size_t>(y - stack.box.top);
      const auto slice = static_cast<std::size_t>(
          std::count_if(seams.begin(), seams.end(), [&](const Seam& seam) { return seam.column[row] <= u; }));
      result(x, y) = static_cast<std::int32_t>(first + slice);
      line_.pieces[first + slice].extend(x, y, u);
    });
  }

  /// What a pixel of a stroke costs a cut. Where two strokes touch, the ink between them is often paler than they are;
  /// so only full ink costs all, and ink at three quarters of that next to nothing.
  float resistance(Index x, Index y) const {
    return std::clamp(4 * line_.ink.amount(x, y) / line_.ink.level - 3, 0.05F, 1.0F);
  }

  template <typename F>
  void for_each_pixel(const Piece& stack, std::int32_t label, F&& f) const {
    for (Index y = stack.box.top; y < stack.box.bottom; ++y) {
      for (Index x = stack.box.left; x < stack.box.right; ++x) {
        if (line_.labels(x, y) == label) f(x, y);
      }
    }
  }

  Segmentation& line_;
  const SegmentOptions& options_;
  Upright upright_;
};

}  // namespace inkling::inline INKLING_ABI::detail
