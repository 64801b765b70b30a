#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/ink/form_lines.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/line/detail/cutter.hpp>
#include <inkling/line/detail/line_slant.hpp>
#include <inkling/line/detail/stacks.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// The ink of a line of writing, without printed lines.
inline void find_writing(const GreyImage& picture, const SegmentOptions& options, Segmentation& line) {
  // Most of a line is paper, even where a printed box is its border.
  const GreyImage dark =
      has_light_ink(picture, median_level(histogram(picture.values()))) ? inverted(picture) : picture;
  const Index factor = (dark.height() + options.largest_height - 1) / options.largest_height;
  line.ink = find_ink(shrink(dark, factor), options.normalise.ink);
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

  std::vector<Piece> parts(keep.size(), Piece::nothing());
  const detail::Upright upright{line.slant, mask.height()};
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      if (mask(x, y) == 0) continue;
      parts[static_cast<std::size_t>(components.labels(x, y))].extend(x, y, x + upright.shift(y));
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
      stacked.push_back(Piece::nothing());
    }
    Piece& stack = stacked[static_cast<std::size_t>(own)];
    const Piece& part = parts[i];
    stack.box = together(stack.box, part.box);
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
  for (std::size_t i = first + 1; i < last; ++i) box = together(box, line.pieces[i].box);
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

}  // namespace inkling::inline INKLING_ABI
