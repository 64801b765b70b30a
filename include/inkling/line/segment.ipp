#pragma once

#include <inkling/core/error.hpp>
#include <inkling/ink/form_lines.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/line/detail/cutter.hpp>
#include <inkling/line/detail/line_slant.hpp>
#include <inkling/line/detail/stacks.hpp>
#include <inkling/line/segment.hpp>
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

INKLING_INLINE double weighted_median(std::vector<std::pair<double, double>> values) {
  std::sort(values.begin(), values.end());
  double total = 0;
  for (const auto& [value, weight] : values) total += weight;
  double seen = 0;
  for (const auto& [value, weight] : values) {
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

inline double width_of_strokes(const Image<std::uint8_t>& mask) {
  FloatImage strokes(mask.width(), mask.height());
  std::copy(mask.values().begin(), mask.values().end(), strokes.values().begin());
  return std::max(1.0, stroke_width(strokes));
}

/// Makes paper of the components that do not belong to the line.
inline void erase_others(Image<std::uint8_t>& mask, const Image<std::int32_t>& components,
                         const std::vector<bool>& keep) {
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      const std::int32_t part = components(x, y);
      if (part >= 0 && !keep[static_cast<std::size_t>(part)]) mask(x, y) = 0;
    }
  }
}

/// The components that were kept, in their order, and where they lie once the slant is taken out.
inline std::vector<Piece> upright_parts(const Image<std::uint8_t>& mask, const Components& components, double slant) {
  std::vector<Piece> parts(components.parts.size(), Piece::nothing());
  const Upright upright{slant, mask.height()};
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      if (mask(x, y) == 0) continue;
      parts[static_cast<std::size_t>(components.labels(x, y))].extend(x, y, x + upright.shift(y));
    }
  }
  std::erase_if(parts, [](const Piece& part) { return part.box.area == 0; });
  return parts;
}

struct StackedParts {
  std::vector<Piece> stacks;           // in the order of their first parts
  std::vector<std::int32_t> stack_of;  // of each part
};

inline StackedParts stack_parts(const std::vector<Piece>& parts) {
  const Stacks stacks(parts);
  StackedParts result;
  std::vector<std::int32_t> number(parts.size(), -1);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::int32_t& own = number[stacks.of(i)];
    if (own < 0) {
      own = static_cast<std::int32_t>(result.stacks.size());
      result.stacks.push_back(Piece::nothing());
    }
    Piece& stack = result.stacks[static_cast<std::size_t>(own)];
    stack.box = together(stack.box, parts[i].box);
    stack.begin = std::min(stack.begin, parts[i].begin);
    stack.end = std::max(stack.end, parts[i].end);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) result.stack_of.push_back(number[stacks.of(i)]);
  return result;
}

/// The stack of each pixel, or -1. stack_of: of the components that were kept, in their order.
inline Image<std::int32_t> label_stacks(const Image<std::uint8_t>& mask, const Image<std::int32_t>& components,
                                        const std::vector<bool>& keep, const std::vector<std::int32_t>& stack_of) {
  std::vector<std::int32_t> of_component(keep.size(), -1);
  for (std::size_t i = 0, part = 0; i < keep.size(); ++i) {
    if (keep[i]) of_component[i] = stack_of[part++];
  }
  Image<std::int32_t> labels(mask.width(), mask.height(), -1);
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      if (mask(x, y) != 0) labels(x, y) = of_component[static_cast<std::size_t>(components(x, y))];
    }
  }
  return labels;
}

}  // namespace detail

INKLING_INLINE Segmentation segment(const GreyImage& picture, const SegmentOptions& options) {
  options.check();
  if (picture.empty()) throw NoInkError("segment: no ink found: the picture is empty");
  Segmentation line;
  detail::find_writing(picture, options, line);
  Image<std::uint8_t> mask = ink_mask(line.ink);
  line.stroke_width = detail::width_of_strokes(mask);

  const Components components = connected_components(mask);
  const std::vector<bool> keep = detail::parts_of_line(components, line);
  detail::erase_others(mask, components.labels, keep);
  line.slant = options.slant_share * detail::line_slant(mask);

  const std::vector<Piece> parts = detail::upright_parts(mask, components, line.slant);
  if (parts.empty()) detail::fail_without_ink();
  detail::require_at_most(options.max_parts, parts.size());
  const detail::StackedParts stacked = detail::stack_parts(parts);
  line.labels = detail::label_stacks(mask, components.labels, keep, stacked.stack_of);

  detail::cut_stacks(stacked.stacks, options, line);
  detail::require_at_most(options.max_parts, line.pieces.size());
  detail::grow_labels(line.labels, 2);
  return line;
}

INKLING_INLINE GreyImage character_image(const Segmentation& line, std::size_t first, std::size_t last,
                                         const NormaliseOptions& options) {
  if (first >= last || last > line.pieces.size()) {
    throw ValueError("character_image: expected pieces first < last <= " + std::to_string(line.pieces.size()) +
                     ", got " + std::to_string(first) + " to " + std::to_string(last));
  }
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
