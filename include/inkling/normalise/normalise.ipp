#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/ink/pressure.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/normalise/detail/character.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
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

/// What a picture shows before its strokes are drawn anew.
struct FoundCharacter {
  Ink ink = {};
  Box box = {};
  std::optional<GreyImage> ready = {};  // of a picture that looks as EMNIST's do: itself, and nothing else is set
};

inline FoundCharacter find_character(const GreyImage& image, const NormaliseOptions& options) {
  if (image.empty()) throw NoInkError("normalise: no ink found: the picture is empty");
  const auto report = [&](std::string_view name, const Ink& step) {
    if (options.on_step) options.on_step(name, to_grey(step.amount, step.level));
  };

  const bool light_ink = has_light_ink(image);
  if (image.width() == options.side && image.height() == options.side) {
    GreyImage candidate = light_ink ? image : inverted(image);
    if (is_normalised(candidate)) return {.ready = std::move(candidate)};
  }
  const Index factor = reduction(image, options.largest_side);
  const GreyImage grey = light_ink ? shrink(inverted(image), factor) : shrink(image, factor);
  if (options.on_step) options.on_step("grey", grey);

  Ink ink = find_ink(grey, options.ink);
  report("ink", ink);
  even_pressure(ink);
  remove_lines(ink);
  join_pixels(ink, options);
  const Box box = isolate_character(ink);
  report("character", ink);
  return {.ink = std::move(ink), .box = box};
}

/// Turned around its middle, to the right; bilinear, with paper around it.
inline GreyImage turned(const GreyImage& image, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const double middle_x = static_cast<double>(image.width() - 1) / 2;
  const double middle_y = static_cast<double>(image.height() - 1) / 2;
  const auto value = [&](Index x, Index y) {
    const bool inside = x >= 0 && y >= 0 && x < image.width() && y < image.height();
    return inside ? static_cast<double>(image(x, y)) : 0.0;
  };
  GreyImage result(image.width(), image.height(), 0);
  for (Index y = 0; y < result.height(); ++y) {
    for (Index x = 0; x < result.width(); ++x) {
      const double right = static_cast<double>(x) - middle_x;
      const double down = static_cast<double>(y) - middle_y;
      const double from_x = middle_x + std::cos(angle) * right + std::sin(angle) * down;
      const double from_y = middle_y - std::sin(angle) * right + std::cos(angle) * down;
      const auto left = static_cast<Index>(std::floor(from_x));
      const auto top = static_cast<Index>(std::floor(from_y));
      const double across = from_x - static_cast<double>(left);
      const double below = from_y - static_cast<double>(top);
      const double upper = (1 - across) * value(left, top) + across * value(left + 1, top);
      const double lower = (1 - across) * value(left, top + 1) + across * value(left + 1, top + 1);
      result(x, y) = static_cast<std::uint8_t>(std::lround((1 - below) * upper + below * lower));
    }
  }
  return result;
}

/// A slightly different hand and pen.
struct View {
  double turn = 0;      // degrees to the right
  std::size_t pen = 0;  // of `pens`
};

inline constexpr std::array<double, 3> pens{1, 0.7, 1.3};  // widths of strokes, of what the options say
inline constexpr std::array<View, most_views> all_views{{{0, 0}, {-4, 1}, {4, 2}, {4, 1}, {-4, 2}, {8, 0}, {-8, 0}}};

inline GreyImage draw_with(std::size_t pen, const FoundCharacter& found, NormaliseOptions options) {
  if (found.ready) return *found.ready;
  options.stroke_width *= pens[pen];
  if (pen != 0) options.on_step = {};
  return as_emnist(found.ink, found.box, options);
}

}  // namespace detail

INKLING_INLINE GreyImage normalise(const GreyImage& image, const NormaliseOptions& options) {
  options.check();
  detail::FoundCharacter found = detail::find_character(image, options);
  if (found.ready) return std::move(*found.ready);
  return as_emnist(std::move(found.ink), found.box, options);
}

INKLING_INLINE std::vector<GreyImage> normalised_views(const GreyImage& image, Index views,
                                                       const NormaliseOptions& options) {
  in_range("normalised_views: views", views, {1, most_views});
  options.check();
  const detail::FoundCharacter found = detail::find_character(image, options);
  std::array<GreyImage, detail::pens.size()> drawn;
  std::vector<GreyImage> result;
  for (std::size_t i = 0; i < static_cast<std::size_t>(views); ++i) {
    const detail::View& view = detail::all_views[i];
    GreyImage& strokes = drawn[view.pen];
    if (strokes.empty()) strokes = detail::draw_with(view.pen, found, options);
    result.push_back(view.turn == 0 ? strokes : detail::turned(strokes, view.turn));
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
