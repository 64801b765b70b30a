#pragma once

#include <inkling/core/error.hpp>
#include <inkling/image/components.hpp>
#include <inkling/image/gaussian.hpp>
#include <inkling/image/grey_image.hpp>
#include <inkling/image/otsu.hpp>
#include <inkling/image/paper.hpp>
#include <inkling/image/resize.hpp>
#include <inkling/image/stroke.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling {

/// Receives the picture after each step of normalise(): "grey", "ink", "character", "strokes", "soft", "normalised".
/// All but the first show ink as white on black.
using NormaliseStep = std::function<void(std::string_view name, const GreyImage& image)>;

struct NormaliseOptions {
  Index side = 28;             // pixels of the result
  double margin = 2.0 / 28;    // clear border on each side, as a share of the result
  double min_contrast = 0.08;  // share of the paper's light that the ink must take at least
  double min_signal = 4;       // ... and that many standard deviations of the paper's noise
  Index largest_side = 512;    // larger pictures are reduced by a whole factor first
  double working_side = 80;    // pixels of the character's longer side while strokes are drawn anew
  double stroke_width = 10;    // in those pixels; thinner strokes are thickened to it. EMNIST's mean is 11
  double sigma = 1;            // of the Gaussian that softens them, in those pixels
  NormaliseStep on_step = {};
};

namespace detail {

/// 0..limit becomes 0..255.
inline GreyImage to_grey(const FloatImage& image, float limit) {
  GreyImage grey(image.width(), image.height());
  std::transform(image.values().begin(), image.values().end(), grey.values().begin(), [limit](float value) {
    return static_cast<std::uint8_t>(std::clamp(value / limit, 0.0F, 1.0F) * 255 + 0.5F);
  });
  return grey;
}

inline GreyImage inverted(GreyImage image) {
  for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(255 - value);
  return image;
}

inline Index reduction(const GreyImage& image, Index largest_side) {
  return (std::max(image.width(), image.height()) + largest_side - 1) / largest_side;
}

/// The smallest rectangle with every value above the threshold, in whole pixels; nothing when there is none.
template <typename T>
std::optional<Box> bounding_box(const Image<T>& image, T threshold) {
  Index left = image.width();
  Index top = image.height();
  Index right = 0;
  Index bottom = 0;
  for (Index y = 0; y < image.height(); ++y) {
    for (Index x = 0; x < image.width(); ++x) {
      if (!(image(x, y) > threshold)) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = y + 1;
    }
  }
  if (right == 0) return std::nullopt;
  return Box{static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
             static_cast<double>(bottom - top)};
}

/// Amounts of ink, and what its strokes reach; halfway to there is their edge.
struct InkLayer {
  FloatImage amount;  // 0 paper to 1
  float level = 0;

  float threshold() const noexcept { return level / 2; }
};

/// What strokes reach: the darker quarter of all that Otsu's threshold calls ink, as thin pens are pale at their edges.
/// 0 when there is nothing.
inline float stroke_level(const FloatImage& amount) {
  std::array<std::uint32_t, 256> counts{};
  for (const float value : amount.values()) {
    ++counts[static_cast<std::size_t>(std::clamp(value, 0.0F, 1.0F) * 255 + 0.5F)];
  }
  const std::size_t split = otsu_threshold(counts);
  const std::uint64_t above =
      std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(split) + 1, counts.end(), std::uint64_t{0});
  if (above == 0) return 0;
  std::size_t level = counts.size() - 1;
  for (std::uint64_t seen = counts[level]; 4 * seen < above; seen += counts[level]) --level;
  return static_cast<float>(level) / 255;
}

/// Strokes at full strength; from paper to ink it takes 1 / steepness of their level.
inline void binarise(InkLayer& ink, float steepness) {
  const float slope = steepness / ink.level;
  const float threshold = ink.threshold();
  for (float& value : ink.amount.values()) value = std::clamp((value - threshold) * slope + 0.5F, 0.0F, 1.0F);
  ink.level = 1;
}

[[noreturn]] inline void fail_without_ink() {
  throw NoInkError("normalise: no ink found: nothing stands out from the paper");
}

/// Separates ink from paper. Throws NoInkError when nothing stands out from the paper.
inline InkLayer find_ink(const GreyImage& dark_on_light, const NormaliseOptions& options) {
  constexpr Index thumbnail = 48;
  const Paper paper = fit_paper(shrink(dark_on_light, reduction(dark_on_light, thumbnail)));
  InkLayer ink{ink_on_paper(dark_on_light, paper)};

  // Pixels lighter than the paper show its noise.
  double squares = 0;
  Index lighter = 0;
  for (float& value : ink.amount.values()) {
    const float below = std::min(value, 0.0F);
    squares += static_cast<double>(below) * static_cast<double>(below);
    lighter += value < 0 ? 1 : 0;
    value = std::max(value, 0.0F);
  }
  const double noise = lighter > 0 ? std::sqrt(squares / static_cast<double>(lighter)) : 0;
  ink.level = stroke_level(ink.amount);
  if (ink.level < options.min_contrast || ink.level < options.min_signal * noise) fail_without_ink();
  return ink;
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

/// Paints over the parts that do not belong to the character; returns the box of what stays.
inline Box isolate_character(InkLayer& ink) {
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
    if (!keep[i]) continue;
    const Component& part = components.parts[i];
    left = std::min(left, part.left);
    top = std::min(top, part.top);
    right = std::max(right, part.right);
    bottom = std::max(bottom, part.bottom);
  }
  for (Index y = 0; y < mask.height(); ++y) {
    for (Index x = 0; x < mask.width(); ++x) {
      const std::int32_t part = components.labels(x, y);
      if (part >= 0 && !keep[static_cast<std::size_t>(part)]) ink.amount(x, y) = 0;
    }
  }
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
          static_cast<double>(bottom - top)};
}

/// The character at the working size, every stroke at full strength with an edge about two pixels wide. Around it is
/// room for the blur.
inline FloatImage redraw(InkLayer ink, const Box& box, const NormaliseOptions& options) {
  const double scale = options.working_side / std::max(box.width, box.height);
  const double margin = std::ceil(2 * options.sigma) + std::ceil(options.stroke_width / 2) + 2;
  const auto width = static_cast<Index>(std::ceil(box.width * scale + 2 * margin));
  const auto height = static_cast<Index>(std::ceil(box.height * scale + 2 * margin));
  const Box region{box.x - margin / scale, box.y - margin / scale, static_cast<double>(width) / scale,
                   static_cast<double>(height) / scale};
  if (scale < 1) binarise(ink, 1);  // first, as faint paper would add up
  InkLayer strokes{resize(ink.amount, region, width, height)};
  strokes.level = stroke_level(strokes.amount);  // fine lines became pale if the picture shrank
  if (!(strokes.level > 0)) fail_without_ink();
  binarise(strokes, static_cast<float>(std::max(1.0, scale)));
  return std::move(strokes.amount);
}

/// True for a picture that is as EMNIST's own are, so that converting it again could only blur it.
inline bool is_normalised(const GreyImage& image, const NormaliseOptions& options) {
  if (options.side != 28 || image.width() != 28 || image.height() != 28) return false;
  Index full = 0;
  Index ink = 0;
  for (const std::uint8_t value : image.values()) {
    full += value == 255 ? 1 : 0;
    ink += value > 0 ? 1 : 0;
  }
  const std::optional<Box> support = bounding_box<std::uint8_t>(image, 0);
  const std::optional<Box> body = bounding_box<std::uint8_t>(image, 16);
  if (full == 0 || 5 * full > ink || !support || !body) return false;
  const double longer = std::max(body->width, body->height);
  const double off_centre =
      std::max(std::abs(support->x + support->width / 2 - 14), std::abs(support->y + support->height / 2 - 14));
  return std::max(support->width, support->height) <= 26 && longer >= 22 && off_centre <= 1;
}

}  // namespace detail

/// Any picture of one character as the 28x28 that EMNIST would hold (Cohen et al. 2017, arXiv:1702.05373, section II):
/// upright, white ink on black, the character's box centred with a border of 2 pixels, and a maximum of 255.
///
/// The picture may have any size and contrast, dark ink on light paper or the reverse, uneven light, and lines or rims
/// that come in from its edge. The steps, with their names for `on_step`:
///
///  1. "grey": inverted when the border is dark, and reduced by a whole factor when it is large.
///  2. "ink": a smooth surface is fitted to the paper; what takes light from it is ink.
///  3. "character": specks and what reaches in from the edge are removed.
///  4. "strokes": enlarged or reduced to a common size by bicubic interpolation, and every stroke made full.
///  5. "soft": blurred with a Gaussian of one pixel.
///  6. "normalised": the box around it, squared and bordered, reduced by antialiased bicubic interpolation, stretched.
///
/// A picture that already looks as EMNIST's do is returned as it is. Throws NoInkError when there is no ink.
/// Deterministic and single-threaded.
inline GreyImage normalise(const GreyImage& image, const NormaliseOptions& options = {}) {
  if (image.empty()) throw NoInkError("normalise: no ink found: the picture is empty");
  const auto report = [&](std::string_view name, const FloatImage& step, float limit) {
    if (options.on_step) options.on_step(name, detail::to_grey(step, limit));
  };

  const GreyImage light_ink = has_light_ink(image) ? image : detail::inverted(image);
  if (detail::is_normalised(light_ink, options)) return light_ink;
  const GreyImage grey = shrink(detail::inverted(light_ink), detail::reduction(image, options.largest_side));
  if (options.on_step) options.on_step("grey", grey);

  detail::InkLayer ink = detail::find_ink(grey, options);
  report("ink", ink.amount, ink.level);
  const Box box = detail::isolate_character(ink);
  report("character", ink.amount, ink.level);

  FloatImage strokes = detail::redraw(std::move(ink), box, options);
  const double missing = options.stroke_width - stroke_width(strokes);
  if (missing > 0) strokes = thickened(strokes, missing / 2);
  report("strokes", strokes, 1);
  const FloatImage soft = gaussian_blur(strokes, options.sigma);
  report("soft", soft, 1);

  constexpr float faintest = 0.05F;  // gives the box statistics of EMNIST
  const std::optional<Box> found = detail::bounding_box(soft, faintest);
  if (!found) detail::fail_without_ink();
  const Box& support = *found;
  const double side = std::max(support.width, support.height) / (1 - 2 * options.margin);
  const Box square{support.x + (support.width - side) / 2, support.y + (support.height - side) / 2, side, side};
  const FloatImage small = resize(soft, square, options.side, options.side);
  const GreyImage result = detail::to_grey(small, *std::max_element(small.values().begin(), small.values().end()));
  if (options.on_step) options.on_step("normalised", result);
  return result;
}

}  // namespace inkling
