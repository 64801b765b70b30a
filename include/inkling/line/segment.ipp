#pragma once

#include <inkling/core/error.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/line/detail/cutter.hpp>
#include <inkling/line/detail/line_parts.hpp>
#include <inkling/line/detail/line_slant.hpp>
#include <inkling/line/detail/stacks.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

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

inline void require_at_most(std::size_t limit, std::size_t parts) {
  if (parts <= limit) return;
  throw FormatError("segment: expected one line of writing, got " + std::to_string(parts) +
                    " parts of ink, more than " + std::to_string(limit));
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
  Segmentation line;
  const auto [mask, components, keep] = detail::find_line_parts(picture, options, line);
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
