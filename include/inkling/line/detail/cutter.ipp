#pragma once

#include <inkling/line/detail/cutter.hpp>
#include <inkling/line/detail/seam.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

class Cutter {
 public:
  Cutter(Segmentation& line, const SegmentOptions& options)
      : line_(line),
        options_(options),
        upright_{line.slant, line.labels.height()},
        labels_(line.labels.width(), line.labels.height(), -1) {}

  void cut(const std::vector<Piece>& stacks) {
    for (std::size_t s = 0; s < stacks.size(); ++s) cut_one(stacks[s], static_cast<std::int32_t>(s));
    const std::vector<std::size_t> place = order_pieces();
    line_.cuts.assign(line_.pieces.size() + 1, 0);
    for (const Link& link : links_) {
      const auto [from, to] = std::minmax(place[link.piece], place[link.piece + 1]);
      for (std::size_t k = from + 1; k <= to; ++k) line_.cuts[k] += link.ink;
    }
    for (std::int32_t& label : labels_.values()) {
      if (label >= 0) label = static_cast<std::int32_t>(place[static_cast<std::size_t>(label)]);
    }
    line_.labels = std::move(labels_);
  }

 private:
  struct Link {
    std::size_t piece;  // and the next one were one part
    float ink;          // between them, in stroke widths
  };

  void cut_one(const Piece& stack, std::int32_t label) {
    const std::size_t first = line_.pieces.size();
    const std::vector<Seam> seams = useful_seams(stack, label);
    append_pieces(stack, label, seams);
    for (std::size_t i = 0; i < seams.size(); ++i) {
      links_.push_back({first + i, seams[i].ink / static_cast<float>(line_.stroke_width)});
    }
  }

  /// Sorts the pieces from left to right. Result: the new place of each.
  std::vector<std::size_t> order_pieces() {
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
    return place;
  }

  /// The seams that leave a stroke's worth of ink on each side. Their columns are those of the line.
  std::vector<Seam> useful_seams(const Piece& stack, std::int32_t label) const {
    // Two characters stand on at least this width: two 1s with a gap between them are wider.
    constexpr double narrowest_pair = 0.45;  // heights of the line
    if (stack.end - stack.begin < narrowest_pair * line_.height) return {};
    const auto left = static_cast<Index>(stack.begin);
    const Index top = stack.box.top;
    FloatImage ink(static_cast<Index>(stack.end) - left, stack.box.height());
    for_each_pixel(stack, label,
                   [&](Index x, Index y) { ink(x + upright_.shift(y) - left, y - top) = resistance(x, y); });
    // A dot as wide as a stroke is the least that can be a character of its own (a full stop), and nothing narrower
    // than most of a stroke can lie at an end.
    constexpr double most_of_a_stroke = 0.8;
    const auto dot = static_cast<Index>(line_.stroke_width * line_.stroke_width);
    const std::vector<Seam> seams =
        find_seams(ink, {.max_ink = static_cast<float>(options_.max_cut * line_.stroke_width),
                         .min_distance = std::max<Index>(2, static_cast<Index>(options_.cut_distance * line_.height)),
                         .min_margin = std::max<Index>(2, static_cast<Index>(most_of_a_stroke * line_.stroke_width)),
                         .min_area = dot});
    std::vector<Seam> useful;
    for (const Seam& seam : seams) {
      const Seam* const before = useful.empty() ? nullptr : &useful.back();
      if (ink_between(ink, before, &seam) >= dot && ink_between(ink, &seam, nullptr) >= dot) useful.push_back(seam);
    }
    for (Seam& seam : useful) {
      for (Index& column : seam.column) column += left;
    }
    return useful;
  }

  /// Pixels of ink between two seams; null stands for an end of the picture.
  static Index ink_between(const FloatImage& ink, const Seam* from, const Seam* to) {
    Index area = 0;
    for (Index y = 0; y < ink.height(); ++y) {
      const Index begin = from != nullptr ? from->column[static_cast<std::size_t>(y)] : 0;
      const Index end = to != nullptr ? to->column[static_cast<std::size_t>(y)] : ink.width();
      for (Index x = begin; x < end; ++x) area += ink(x, y) > 0 ? 1 : 0;
    }
    return area;
  }

  /// Appends the pieces between the seams.
  void append_pieces(const Piece& stack, std::int32_t label, const std::vector<Seam>& seams) {
    const std::size_t first = line_.pieces.size();
    line_.pieces.insert(line_.pieces.end(), seams.size() + 1, Piece::nothing());
    for_each_pixel(stack, label, [&](Index x, Index y) {
      const Index u = x + upright_.shift(y);
      const auto row = static_cast<std::size_t>(y - stack.box.top);
      std::size_t slice = first;
      for (const Seam& seam : seams) slice += seam.column[row] <= u ? 1 : 0;
      labels_(x, y) = static_cast<std::int32_t>(slice);
      line_.pieces[slice].extend(x, y, u);
    });
  }

  /// What a pixel of a stroke costs a cut. Where two strokes touch, the ink between them is often paler than they are;
  /// so only full ink costs all, and ink at three quarters of that next to nothing. It is not free: of two ways through
  /// pale ink, the shorter one is better.
  float resistance(Index x, Index y) const {
    constexpr float least = 0.05F;
    return std::clamp(4 * line_.ink.amount(x, y) / line_.ink.level - 3, least, 1.0F);
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
  Image<std::int32_t> labels_;  // of pieces, as they are made
  std::vector<Link> links_;
};

INKLING_INLINE void cut_stacks(const std::vector<Piece>& stacks, const SegmentOptions& options, Segmentation& line) {
  Cutter(line, options).cut(stacks);
}

}  // namespace inkling::inline INKLING_ABI::detail
