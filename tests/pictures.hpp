#pragma once

#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

/// Drawn pictures for the tests: no file is needed, and what they should become is known.
namespace inkling::test {

struct Point {
  double x = 0;
  double y = 0;
};

using Stroke = std::vector<Point>;

/// Black paper with white strokes of a round pen, edges antialiased over a pixel.
inline GreyImage draw(Index width, Index height, const std::vector<Stroke>& strokes, double pen) {
  GreyImage image(width, height);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      const Point here{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
      double nearest = HUGE_VAL;
      for (const Stroke& stroke : strokes) {
        for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
          const Point step{stroke[i + 1].x - stroke[i].x, stroke[i + 1].y - stroke[i].y};
          const double length = step.x * step.x + step.y * step.y;
          const double along = ((here.x - stroke[i].x) * step.x + (here.y - stroke[i].y) * step.y) / length;
          const double t = length > 0 ? std::clamp(along, 0.0, 1.0) : 0;
          nearest = std::min(nearest, std::hypot(here.x - stroke[i].x - t * step.x, here.y - stroke[i].y - t * step.y));
        }
      }
      image(x, y) = static_cast<std::uint8_t>(255 * std::clamp(pen / 2 - nearest + 0.5, 0.0, 1.0) + 0.5);
    }
  }
  return image;
}

/// A 4 in a field of `size` pixels.
inline GreyImage draw_four(Index size, double pen_share = 0.07) {
  const auto s = static_cast<double>(size);
  return draw(
      size, size,
      {{{0.55 * s, 0.2 * s}, {0.3 * s, 0.6 * s}, {0.72 * s, 0.6 * s}}, {{0.6 * s, 0.42 * s}, {0.58 * s, 0.82 * s}}},
      pen_share * s);
}

/// A lower-case i: a stem and a dot.
inline GreyImage draw_i(Index size) {
  const auto s = static_cast<double>(size);
  return draw(size, size, {{{0.5 * s, 0.42 * s}, {0.5 * s, 0.8 * s}}, {{0.5 * s, 0.24 * s}, {0.51 * s, 0.24 * s}}},
              0.09 * s);
}

inline GreyImage invert(GreyImage image) {
  for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(255 - value);
  return image;
}

/// Every pixel as a square of factor x factor.
inline GreyImage magnify(const GreyImage& image, Index factor) {
  GreyImage result(image.width() * factor, image.height() * factor);
  for (Index y = 0; y < result.height(); ++y) {
    for (Index x = 0; x < result.width(); ++x) result(x, y) = image(x / factor, y / factor);
  }
  return result;
}

/// `image` on a larger sheet of one level.
inline GreyImage place(const GreyImage& image, Index width, Index height, Index left, Index top, std::uint8_t sheet) {
  GreyImage result(width, height, sheet);
  for (Index y = 0; y < image.height(); ++y) {
    for (Index x = 0; x < image.width(); ++x) result(left + x, top + y) = image(x, y);
  }
  return result;
}

/// Root mean square difference in grey levels.
inline double difference(const GreyImage& a, const GreyImage& b) {
  if (a.width() != b.width() || a.height() != b.height()) return HUGE_VAL;
  double sum = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    const double gap = static_cast<double>(a.values()[i]) - b.values()[i];
    sum += gap * gap;
  }
  return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace inkling::test
