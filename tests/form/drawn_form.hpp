#pragma once

#include <inkling/core/rng.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/registration/homography.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

/// Forms drawn for the tests, and what scanners and cameras do to them.
namespace inkling::test {

struct DrawnForm {
  GreyImage page;
  std::vector<form::Quad> boxes;  // rows of cells
};

struct DrawnFormOptions {
  double scale = 1;          // pixels a hundredth of an inch: 1 is A4 at 100 dpi
  std::uint64_t seed = 1;    // which form: its words and the places of its boxes
  std::uint64_t writer = 0;  // 0: blank
  int cells = 6;
};

/// Black or grey on a page.
class Brush {
 public:
  Brush(GreyImage& page, double scale) : page_(page), scale_(scale) {}

  void fill(double x, double y, double width, double height, std::uint8_t level) {
    const auto pixel = [&](double at, Index limit) {
      return std::clamp<Index>(static_cast<Index>(std::lround(at * scale_)), 0, limit);
    };
    const Index right = std::max(pixel(x, page_.width()) + (width > 0 ? 1 : 0), pixel(x + width, page_.width()));
    const Index bottom = std::max(pixel(y, page_.height()) + (height > 0 ? 1 : 0), pixel(y + height, page_.height()));
    for (Index v = pixel(y, page_.height()); v < std::min(bottom, page_.height()); ++v) {
      for (Index u = pixel(x, page_.width()); u < std::min(right, page_.width()); ++u) page_(u, v) = level;
    }
  }

  /// A frame of lines of 1.2 hundredths of an inch.
  void frame(double x, double y, double width, double height, std::uint8_t level = 20) {
    fill(x, y, width, 1.2, level);
    fill(x, y + height, width + 1.2, 1.2, level);
    fill(x, y, 1.2, height, level);
    fill(x + width, y, 1.2, height, level);
  }

  /// Words of letters that look like nothing else on the page.
  void words(double x, double y, double width, double size, Rng& rng, std::uint8_t level = 30) {
    const double dot = size / 7;
    for (double at = x; at + 6 * dot < x + width;) {
      const auto letters = 3 + rng.below(6);
      for (std::uint32_t i = 0; i < letters && at + 6 * dot < x + width; ++i, at += 6 * dot) {
        for (int row = 0; row < 7; ++row) {
          const std::uint32_t bits = rng.next();
          for (int column = 0; column < 5; ++column) {
            if ((bits >> column & 1U) != 0) fill(at + column * dot, y + row * dot, dot, dot, level);
          }
        }
      }
      at += 4 * dot;
    }
  }

  /// A wavy stroke.
  void stroke(double x, double y, double size, Rng& rng) {
    double u = x + size * static_cast<double>(rng.uniform());
    double v = y + size * static_cast<double>(rng.uniform());
    double direction = 6.28 * static_cast<double>(rng.uniform());
    for (int i = 0; i < 60; ++i) {
      fill(u, v, 2, 2, 60);
      direction += static_cast<double>(rng.uniform(-0.5F, 0.5F));
      u = std::clamp(u + size * 0.06 * std::cos(direction), x, x + size);
      v = std::clamp(v + size * 0.06 * std::sin(direction), y, y + size);
    }
  }

 private:
  GreyImage& page_;
  double scale_;
};

/// An A4 page: a title, paragraphs, and rows of boxes with labels before them.
inline DrawnForm draw_form(const DrawnFormOptions& options = {}) {
  const auto pixels = [&](double size) { return static_cast<Index>(std::lround(size * options.scale)); };
  DrawnForm form{GreyImage(pixels(827), pixels(1169), 250), {}};
  Brush brush(form.page, options.scale);
  Rng rng(options.seed);
  Rng hand(options.writer);
  brush.words(80, 60, 500, 18, rng);
  for (int line = 0; line < 3; ++line) brush.words(80, 110 + 18 * line, 640, 9, rng);
  for (int row = 0; row < 12; ++row) {
    const double y = 200 + 68 * row;
    const double x = 260 + 12 * rng.below(10);
    brush.words(80, y + 8, 150, 10, rng);
    for (int cell = 0; cell < options.cells; ++cell) {
      brush.frame(x + 28 * cell, y, 28, 32);
      if (options.writer != 0) brush.stroke(x + 28 * cell + 5, y + 5, 20, hand);
    }
    brush.words(620, y + 12, 140, 8, rng);
    form.boxes.push_back(form::upright(options.scale * (x + 0.6), options.scale * (y + 0.6),
                                       options.scale * 28 * options.cells, options.scale * 32));
  }
  brush.words(80, 1060, 640, 9, rng);
  brush.words(80, 1080, 400, 9, rng);
  return form;
}

/// What is seen where `back` says which point of the page each point of the picture shows. Outside lies `outside`.
inline GreyImage photograph(const GreyImage& page, Index width, Index height,
                            const std::function<form::Point(form::Point)>& back, std::uint8_t outside = 90) {
  GreyImage photo(width, height, outside);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      double sum = 0;
      for (const double v : {0.25, 0.75}) {
        for (const double u : {0.25, 0.75}) {
          const form::Point p = back({static_cast<double>(x) + u, static_cast<double>(y) + v});
          const double px = p.x - 0.5;
          const double py = p.y - 0.5;
          if (px < 0 || py < 0 || px >= static_cast<double>(page.width() - 1) ||
              py >= static_cast<double>(page.height() - 1)) {
            sum += outside;
            continue;
          }
          const auto i = static_cast<Index>(px);
          const auto j = static_cast<Index>(py);
          const double fx = px - static_cast<double>(i);
          const double fy = py - static_cast<double>(j);
          sum += (1 - fy) * ((1 - fx) * page(i, j) + fx * page(i + 1, j)) +
                 fy * ((1 - fx) * page(i, j + 1) + fx * page(i + 1, j + 1));
        }
      }
      photo(x, y) = static_cast<std::uint8_t>(sum / 4 + 0.5);
    }
  }
  return photo;
}

/// Grain, and light that falls off to one side.
inline void spoil(GreyImage& photo, float grain, float shade, std::uint64_t seed = 5) {
  Rng rng(seed);
  for (Index y = 0; y < photo.height(); ++y) {
    for (Index x = 0; x < photo.width(); ++x) {
      const float light = 1 - shade * static_cast<float>(x + y) / static_cast<float>(photo.width() + photo.height());
      const float value = light * static_cast<float>(photo(x, y)) + grain * rng.normal();
      photo(x, y) = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
    }
  }
}

}  // namespace inkling::test
