#pragma once

#include <inkling/core/error.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline Index reduction(const GreyImage& image, Index largest_side) {
  return (std::max(image.width(), image.height()) + largest_side - 1) / largest_side;
}

/// Which parts belong to the character. Specks go, and so does what touches the picture's edge (the rim of the paper, a
/// ruled line), unless the character itself does.
inline std::vector<bool> parts_of_character(const Components& ink) {
  const Index width = ink.labels.width();
  const Index height = ink.labels.height();
  struct Contact {
    bool left, top, right, bottom;
    bool any() const { return left || top || right || bottom; }
  };
  const auto contact = [&](const Component& part) {
    return Contact{part.left == 0, part.top == 0, part.right == width, part.bottom == height};
  };
  Contact all{};
  Index largest = 0;
  Index largest_inside = 0;
  for (const Component& part : ink.parts) {
    const Contact touches = contact(part);
    all = {all.left || touches.left, all.top || touches.top, all.right || touches.right, all.bottom || touches.bottom};
    largest = std::max(largest, part.area);
    if (!touches.any()) largest_inside = std::max(largest_inside, part.area);
  }
  // Ink at all four edges is a picture cut to the character, whose parts all count.
  const bool cropped = all.left && all.top && all.right && all.bottom;
  const bool inside = !cropped && 5 * largest_inside >= largest;
  const Index main_area = inside ? largest_inside : largest;

  std::vector<bool> keep;
  for (const Component& part : ink.parts) {
    const bool speck = 33 * part.area < main_area;
    keep.push_back(!speck && !(inside && contact(part).any()));
  }
  return keep;
}

/// Makes paper of the part with this label.
inline void erase(FloatImage& ink, const Image<std::int32_t>& labels, const Component& part, std::int32_t label) {
  for (Index y = part.top; y < part.bottom; ++y) {
    for (Index x = part.left; x < part.right; ++x) {
      if (labels(x, y) == label) ink(x, y) = 0;
    }
  }
}

/// Paints over the parts that do not belong to the character; returns the box of what stays.
inline Box isolate_character(Ink& ink) {
  Image<std::uint8_t> mask(ink.amount.width(), ink.amount.height());
  std::transform(ink.amount.values().begin(), ink.amount.values().end(), mask.values().begin(),
                 [&](float value) { return static_cast<std::uint8_t>(value > ink.threshold()); });
  const Components components = connected_components(mask);
  const std::vector<bool> keep = parts_of_character(components);
  Index left = mask.width();
  Index top = mask.height();
  Index right = 0;
  Index bottom = 0;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    const Component& part = components.parts[i];
    if (!keep[i]) {
      erase(ink.amount, components.labels, part, static_cast<std::int32_t>(i));
      continue;
    }
    left = std::min(left, part.left);
    top = std::min(top, part.top);
    right = std::max(right, part.right);
    bottom = std::max(bottom, part.bottom);
  }
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
          static_cast<double>(bottom - top)};
}

/// True for a picture that is as EMNIST's own are, so that converting it again could only blur it.
inline bool is_normalised(const GreyImage& image) {
  if (image.width() != 28 || image.height() != 28) return false;
  Index full = 0;
  Index ink = 0;
  for (const std::uint8_t value : image.values()) {
    full += value == 255 ? 1 : 0;
    ink += value > 0 ? 1 : 0;
  }
  const std::optional<Box> support = bounding_box<std::uint8_t>(image, 0);
  const std::optional<Box> body = bounding_box<std::uint8_t>(image, 16);
  if (full == 0 || 5 * full > ink || !support || !body) return false;
  const double longest = std::max(support->width, support->height);
  const bool fills = longest >= 22 && longest <= 26 && std::max(body->width, body->height) >= 20;
  const double off_centre =
      std::max(std::abs(support->x + support->width / 2 - 14), std::abs(support->y + support->height / 2 - 14));
  return fills && off_centre <= 1;
}

}  // namespace detail

INKLING_INLINE GreyImage normalise(const GreyImage& image, const NormaliseOptions& options) {
  if (image.empty()) throw NoInkError("normalise: no ink found: the picture is empty");
  const auto report = [&](std::string_view name, const Ink& step) {
    if (options.on_step) options.on_step(name, to_grey(step.amount, step.level));
  };

  const bool light_ink = has_light_ink(image);
  if (image.width() == options.side && image.height() == options.side) {
    GreyImage candidate = light_ink ? image : inverted(image);
    if (detail::is_normalised(candidate)) return candidate;
  }
  const Index factor = detail::reduction(image, options.largest_side);
  const GreyImage grey = light_ink ? shrink(inverted(image), factor) : shrink(image, factor);
  if (options.on_step) options.on_step("grey", grey);

  Ink ink = find_ink(grey, options.ink);
  report("ink", ink);
  const Box box = detail::isolate_character(ink);
  report("character", ink);

  return as_emnist(std::move(ink), box, options);
}

}  // namespace inkling::inline INKLING_ABI
