#pragma once

#include <inkling/core/error.hpp>
#include <inkling/image/components.hpp>
#include <inkling/image/conversion.hpp>
#include <inkling/image/form.hpp>
#include <inkling/image/grey_image.hpp>
#include <inkling/image/ink.hpp>
#include <inkling/image/line_slant.hpp>
#include <inkling/image/normalise_options.hpp>
#include <inkling/image/paper.hpp>
#include <inkling/image/resize.hpp>
#include <inkling/image/seam.hpp>
#include <inkling/image/stroke.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling {

/// The smallest unit of a line of writing: a connected part, some that lie above one another (i, =), or a slice of one
/// that may hold several characters. A character is one piece or several that follow one another.
struct Piece {
  Component box;     // in pixels of the ink
  double begin = 0;  // its extent along the line once the slant is taken out, in the same pixels
  double end = 0;
};

/// A line of writing, cut into more pieces than it has characters. Which of them belong together is not decided here.
struct Segmentation {
  Ink ink;                       // of the writing, without printed lines
  Image<std::int32_t> labels;    // the piece that a pixel belongs to, or -1; 2 pixels wider than the strokes
  std::vector<Piece> pieces;     // in reading order
  std::vector<float> cuts;       // pieces + 1: what parts a piece from those before it, in stroke widths of ink
  double height = 0;             // of the line's characters
  double stroke_width = 0;       // pixels of the ink
  double slant = 0;              // columns to the right for each row up
  double scale = 1;              // pixels of the picture for each pixel of the ink
  std::optional<Box> form = {};  // the printed box around the line
};

struct SegmentOptions {
  NormaliseOptions normalise = {};  // how to tell ink from paper
  Index largest_height = 512;       // higher pictures are reduced by a whole factor first
  Index smallest_height = 96;       // lower ones are enlarged to this
  double slant_share = 0.8;         // of the estimated slant that is taken out
  double max_cut = 2.2;             // stroke widths of ink that a cut may cross
  double cut_distance = 0.16;       // between cuts, in heights of the line
  std::size_t max_parts = 400;      // connected parts, and pieces; with more, the picture is no line of writing
};

namespace detail {

/// The ink of a line of writing, without printed lines.
inline void find_writing(const GreyImage& picture, const SegmentOptions& options, Segmentation& line) {
  // Most of a line is paper, even where a printed box is its border.
  const GreyImage dark =
      has_light_ink(picture, median_level(histogram(picture.values()))) ? inverted(picture) : picture;
  const Index factor = (dark.height() + options.largest_height - 1) / options.largest_height;
  line.ink = find_ink(shrink(dark, factor), options.normalise);
  line.scale = static_cast<double>(factor);
  if (line.ink.amount.height() < options.smallest_height) {
    const Index width = line.ink.amount.width();
    const Index height = line.ink.amount.height();
    const Index enlarged = std::min<Index>(4, (options.smallest_height + height - 1) / height);
    line.ink.amount = resize(line.ink.amount, {0, 0, static_cast<double>(width), static_cast<double>(height)},
                             width * enlarged, height * enlarged);
    line.scale /= static_cast<double>(enlarged);
  }
  line.form = remove_form(line.ink);
  line.ink.level = stroke_level(line.ink.amount);
  if (!(line.ink.level > 0)) fail_without_ink();
}

inline void require_at_most(std::size_t limit, std::size_t parts) {
  if (parts <= limit) return;
  throw FormatError("segment: expected one line of writing, got " + std::to_string(parts) +
                    " parts of ink, more than " + std::to_string(limit));
}

/// The value at which half of the weight lies below.
inline double weighted_median(std::vector<std::pair<double, double>> values_and_weights) {
  std::sort(values_and_weights.begin(), values_and_weights.end());
  double total = 0;
  for (const auto& [value, weight] : values_and_weights) total += weight;
  double seen = 0;
  for (const auto& [value, weight] : values_and_weights) {
    seen += weight;
    if (2 * seen >= total) return value;
  }
  return 0;
}

/// Which components belong to the line: no specks, nothing outside the printed box or far above or below the rest.
/// Finds the height of the line.
inline std::vector<bool> parts_of_line(const Components& components, Segmentation& line) {
  const double speck = 0.3 * line.stroke_width * line.stroke_width;
  std::vector<bool> keep;
  for (const Component& part : components.parts) {
    bool inside = true;
    if (line.form) {
      const double x = static_cast<double>(part.left + part.right) / 2;
      const double y = static_cast<double>(part.top + part.bottom) / 2;
      inside = line.form->x <= x && x < line.form->x + line.form->width && line.form->y <= y &&
               y < line.form->y + line.form->height;
    }
    keep.push_back(inside && static_cast<double>(part.area) >= speck);
  }
  std::vector<std::pair<double, double>> heights;
  std::vector<std::pair<double, double>> middles;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (!keep[i]) continue;
    const Component& part = components.parts[i];
    heights.emplace_back(static_cast<double>(part.height()), static_cast<double>(part.area));
    middles.emplace_back(static_cast<double>(part.top + part.bottom) / 2, static_cast<double>(part.area));
  }
  line.height = weighted_median(std::move(heights));
  const double middle = weighted_median(std::move(middles));
  for (std::size_t i = 0; i < keep.size(); ++i) {
    const Component& part = components.parts[i];
    keep[i] = keep[i] && static_cast<double>(part.bottom) > middle - line.height &&
              static_cast<double>(part.top) < middle + line.height;
  }
  return keep;
}

/// Numbers of parts that stand above one another or inside one another, and so are one character: the dot and the stem
/// of an i, both bars of an equals sign.
class Stacks {
 public:
  Stacks(const std::vector<Piece>& parts) : stack_(parts.size()) {
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

/// Each label reaches `radius` pixels further, over what has none.
inline void grow_labels(Image<std::int32_t>& labels, int radius) {
  for (int round = 0; round < radius; ++round) {
    const Image<std::int32_t> old = labels;
    for (Index y = 0; y < labels.height(); ++y) {
      for (Index x = 0; x < labels.width(); ++x) {
        if (old(x, y) >= 0) continue;
        std::int32_t label = -1;
        if (x > 0) label = std::max(label, old(x - 1, y));
        if (x + 1 < labels.width()) label = std::max(label, old(x + 1, y));
        if (y > 0) label = std::max(label, old(x, y - 1));
        if (y + 1 < labels.height()) label = std::max(label, old(x, y + 1));
        labels(x, y) = label;
      }
    }
  }
}

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
    Image<std::uint8_t> mask(static_cast<Index>(stack.end) - left, stack.box.height());
    for_each_pixel(stack, label, [&](Index x, Index y) { mask(x + upright_.shift(y) - left, y - top) = 1; });
    const auto least = static_cast<Index>(line_.stroke_width * line_.stroke_width);
    std::vector<Seam> seams =
        find_seams(mask, {.max_ink = static_cast<float>(options_.max_cut * line_.stroke_width),
                          .min_distance = std::max<Index>(2, static_cast<Index>(options_.cut_distance * line_.height)),
                          .min_margin = std::max<Index>(2, static_cast<Index>(0.8 * line_.stroke_width)),
                          .min_area = least});
    std::vector<Seam> useful;
    const auto ink_between = [&](const Seam* from, const Seam* to) {
      Index area = 0;
      for (Index y = 0; y < mask.height(); ++y) {
        const Index begin = from != nullptr ? from->column[static_cast<std::size_t>(y)] : 0;
        const Index end = to != nullptr ? to->column[static_cast<std::size_t>(y)] : mask.width();
        for (Index x = begin; x < end; ++x) area += mask(x, y);
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
    const Piece nothing{{result.width(), result.height(), 0, 0, 0}, HUGE_VAL, -HUGE_VAL};
    line_.pieces.insert(line_.pieces.end(), seams.size() + 1, nothing);
    for_each_pixel(stack, label, [&](Index x, Index y) {
      const Index u = x + upright_.shift(y);
      const auto row = static_cast<std::size_t>(y - stack.box.top);
      const auto slice = static_cast<std::size_t>(
          std::count_if(seams.begin(), seams.end(), [&](const Seam& seam) { return seam.column[row] <= u; }));
      result(x, y) = static_cast<std::int32_t>(first + slice);
      extend(line_.pieces[first + slice], x, y, u);
    });
  }

 public:
  static void extend(Piece& piece, Index x, Index y, Index u) {
    Component& box = piece.box;
    box.left = std::min(box.left, x);
    box.right = std::max(box.right, x + 1);
    box.top = std::min(box.top, y);
    box.bottom = std::max(box.bottom, y + 1);
    ++box.area;
    piece.begin = std::min(piece.begin, static_cast<double>(u));
    piece.end = std::max(piece.end, static_cast<double>(u + 1));
  }

 private:
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

}  // namespace detail

/// A picture of one line of writing, cut into pieces: printed boxes and ruled lines are taken away, the parts of the
/// ink found, those that are stacked put together, and those that may be several characters cut where little ink is in
/// the way. Throws NoInkError when there is no ink, FormatError when there are too many parts.
inline Segmentation segment(const GreyImage& picture, const SegmentOptions& options = {}) {
  if (picture.empty()) throw NoInkError("segment: no ink found: the picture is empty");
  Segmentation line;
  detail::find_writing(picture, options, line);

  Image<std::uint8_t> mask = ink_mask(line.ink);
  FloatImage strokes(mask.width(), mask.height());
  std::copy(mask.values().begin(), mask.values().end(), strokes.values().begin());
  line.stroke_width = std::max(1.0, stroke_width(strokes));

  const Components components = connected_components(mask);
  const std::vector<bool> keep = detail::parts_of_line(components, line);
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      const std::int32_t part = components.labels(x, y);
      if (part >= 0 && !keep[static_cast<std::size_t>(part)]) mask(x, y) = 0;
    }
  }
  line.slant = options.slant_share * line_slant(mask);

  const Piece nothing{{mask.width(), mask.height(), 0, 0, 0}, HUGE_VAL, -HUGE_VAL};
  std::vector<Piece> parts(keep.size(), nothing);
  const detail::Upright upright{line.slant, mask.height()};
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      if (mask(x, y) == 0) continue;
      detail::Cutter::extend(parts[static_cast<std::size_t>(components.labels(x, y))], x, y, x + upright.shift(y));
    }
  }
  std::erase_if(parts, [](const Piece& part) { return part.box.area == 0; });
  if (parts.empty()) detail::fail_without_ink();
  detail::require_at_most(options.max_parts, parts.size());

  // Kept components in their order are the parts; the first part of a stack gives it its number.
  const detail::Stacks stacks(parts);
  std::vector<std::int32_t> number(parts.size(), -1);
  std::vector<Piece> stacked;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::int32_t& own = number[stacks.of(i)];
    if (own < 0) {
      own = static_cast<std::int32_t>(stacked.size());
      stacked.push_back(nothing);
    }
    Piece& stack = stacked[static_cast<std::size_t>(own)];
    const Piece& part = parts[i];
    stack.box = {std::min(stack.box.left, part.box.left), std::min(stack.box.top, part.box.top),
                 std::max(stack.box.right, part.box.right), std::max(stack.box.bottom, part.box.bottom),
                 stack.box.area + part.box.area};
    stack.begin = std::min(stack.begin, part.begin);
    stack.end = std::max(stack.end, part.end);
  }
  std::vector<std::int32_t> stack_of(keep.size(), -1);
  for (std::size_t i = 0, part = 0; i < keep.size(); ++i) {
    if (keep[i]) stack_of[i] = number[stacks.of(part++)];
  }
  line.labels = Image<std::int32_t>(mask.width(), mask.height(), -1);
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      if (mask(x, y) != 0) line.labels(x, y) = stack_of[static_cast<std::size_t>(components.labels(x, y))];
    }
  }

  detail::Cutter(line, options).cut(stacked);
  detail::require_at_most(options.max_parts, line.pieces.size());
  detail::grow_labels(line.labels, 2);
  return line;
}

/// The pieces first, ..., last - 1 of a line as one character, as EMNIST would hold it: 28x28, white ink on black.
inline GreyImage character_image(const Segmentation& line, std::size_t first, std::size_t last,
                                 const NormaliseOptions& options = {}) {
  Component box = line.pieces[first].box;
  for (std::size_t i = first + 1; i < last; ++i) {
    const Component& other = line.pieces[i].box;
    box.left = std::min(box.left, other.left);
    box.top = std::min(box.top, other.top);
    box.right = std::max(box.right, other.right);
    box.bottom = std::max(box.bottom, other.bottom);
  }
  constexpr Index margin = 3;  // the soft edge of the strokes
  const Index left = std::max<Index>(0, box.left - margin);
  const Index top = std::max<Index>(0, box.top - margin);
  const Index right = std::min(line.labels.width(), box.right + margin);
  const Index bottom = std::min(line.labels.height(), box.bottom + margin);
  Ink ink{FloatImage(right - left, bottom - top), line.ink.level};
  for (Index y = top; y < bottom; ++y) {
    for (Index x = left; x < right; ++x) {
      const std::int32_t label = line.labels(x, y);
      const bool inside = label >= static_cast<std::int32_t>(first) && label < static_cast<std::int32_t>(last);
      if (inside) ink.amount(x - left, y - top) = line.ink.amount(x, y);
    }
  }
  return as_emnist(std::move(ink),
                   {static_cast<double>(box.left - left), static_cast<double>(box.top - top),
                    static_cast<double>(box.width()), static_cast<double>(box.height())},
                   options);
}

}  // namespace inkling
