#pragma once

#include <inkling/core/error.hpp>
#include <inkling/ink/form_lines.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/line/detail/frames.hpp>
#include <inkling/line/detail/line_parts.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

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

INKLING_INLINE void grow_labels(Image<std::int32_t>& labels, int radius) {
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

INKLING_INLINE LineParts find_line_parts(const GreyImage& picture, const SegmentOptions& options, Segmentation& line) {
  if (picture.empty()) throw NoInkError("no ink found: the picture is empty");
  find_writing(picture, options, line);
  LineParts parts{.mask = ink_mask(line.ink), .components = {}, .keep = {}};
  parts.components = connected_components(parts.mask);
  if (erase_frames(parts.components, parts.mask, line.ink)) parts.components = connected_components(parts.mask);
  if (parts.components.parts.empty()) fail_without_ink();
  line.stroke_width = width_of_strokes(parts.mask);
  parts.keep = parts_of_line(parts.components, line);
  erase_others(parts.mask, parts.components.labels, parts.keep);
  return parts;
}

}  // namespace inkling::inline INKLING_ABI::detail
