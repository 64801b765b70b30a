#pragma once

#include <inkling/core/error.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/normalise/detail/character.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/bounding_box.hpp>
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

/// By how much a picture is reduced. In a strip, which is eight times as long as high or more, that would leave too
/// little of a character: it keeps 64 pixels across, or as many pixels as four large squares have.
inline Index reduction(const GreyImage& image, Index largest_side) {
  constexpr Index least_across = 64;
  const Index along = (std::max(image.width(), image.height()) + largest_side - 1) / largest_side;
  const Index across = std::min(image.width(), image.height());
  if (along == 1 || across >= along * least_across) return along;
  const double area = static_cast<double>(image.width()) * static_cast<double>(image.height());
  const double by_area = std::sqrt(area) / (2 * static_cast<double>(largest_side));
  return std::min(along, std::max({Index{1}, across / least_across, static_cast<Index>(std::ceil(by_area))}));
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
  options.check();
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
  detail::remove_lines(ink);
  detail::join_pixels(ink, options);
  const Box box = detail::isolate_character(ink);
  report("character", ink);

  return as_emnist(std::move(ink), box, options);
}

}  // namespace inkling::inline INKLING_ABI
