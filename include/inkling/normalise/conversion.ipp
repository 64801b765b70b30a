#pragma once

#include <inkling/core/range.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/gaussian.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// The character at the working size, every stroke at full strength with an edge about two pixels wide. Around it is
/// room for the blur.
inline FloatImage redraw(Ink ink, const Box& box, const NormaliseOptions& options) {
  const double scale = options.working_side / std::max(box.width, box.height);
  const double margin = std::ceil(2 * options.sigma) + std::ceil(options.stroke_width / 2) + 2;
  const auto width = static_cast<Index>(std::ceil(box.width * scale + 2 * margin));
  const auto height = static_cast<Index>(std::ceil(box.height * scale + 2 * margin));
  const Box region{box.x - margin / scale, box.y - margin / scale, static_cast<double>(width) / scale,
                   static_cast<double>(height) / scale};
  if (scale < 1) binarise(ink, 1);  // first, as faint paper would add up
  Ink strokes{resize(ink.amount, region, width, height)};
  strokes.level = stroke_level(strokes.amount);  // fine lines became pale if the picture shrank
  if (!(strokes.level > 0)) fail_without_ink();
  binarise(strokes, static_cast<float>(std::max(1.0, scale)));
  return std::move(strokes.amount);
}

}  // namespace detail

INKLING_INLINE GreyImage as_emnist(Ink ink, const Box& box, const NormaliseOptions& options) {
  options.check();
  constexpr double furthest = 1e6;  // pixels
  in_range("as_emnist: box.x", box.x, {-furthest, furthest});
  in_range("as_emnist: box.y", box.y, {-furthest, furthest});
  in_range("as_emnist: box.width", box.width, {0, furthest});
  in_range("as_emnist: box.height", box.height, {0, furthest});
  constexpr double smallest = 0.01;  // pixels of the longer side: no ink is found in less
  if (std::max(box.width, box.height) < smallest || !(ink.level > 0)) detail::fail_without_ink();
  const auto report = [&](std::string_view name, const FloatImage& step) {
    if (options.on_step) options.on_step(name, to_grey(step, 1));
  };
  FloatImage strokes = detail::redraw(std::move(ink), box, options);
  const double missing = options.stroke_width - stroke_width(strokes);
  if (missing > 0) strokes = thickened(strokes, missing / 2);
  report("strokes", strokes);
  const FloatImage soft = gaussian_blur(strokes, options.sigma);
  report("soft", soft);

  constexpr float faintest = 0.05F;  // gives the box statistics of EMNIST
  const std::optional<Box> found = bounding_box(soft, faintest);
  if (!found) detail::fail_without_ink();
  const Box& support = *found;
  const double side = std::max(support.width, support.height) / (1 - 2 * options.margin);
  const Box square{support.x + (support.width - side) / 2, support.y + (support.height - side) / 2, side, side};
  const FloatImage small = resize(soft, square, options.side, options.side);
  GreyImage result = to_grey(small, *std::max_element(small.values().begin(), small.values().end()));
  if (options.on_step) options.on_step("normalised", result);
  return result;
}

}  // namespace inkling::inline INKLING_ABI
