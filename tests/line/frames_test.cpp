#include <inkling/ink/form_lines.hpp>
#include <inkling/line/detail/frames.hpp>
#include <inkling/line/line_image.hpp>
#include <inkling/line/segment.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "pictures.hpp"

using namespace inkling;
using test::draw;
using test::Stroke;

namespace {

constexpr Index step = 80;
constexpr Index count = 4;

std::vector<Stroke> fours() {
  std::vector<Stroke> strokes;
  for (Index i = 0; i < count; ++i) {
    const double x = 30 + static_cast<double>(i * step);
    strokes.push_back({{x + 22, 42}, {x + 10, 66}, {x + 34, 66}});
    strokes.push_back({{x + 27, 52}, {x + 26, 80}});
  }
  return strokes;
}

/// A box around each four, its corners cut by `corner` pixels.
std::vector<Stroke> boxes(double corner) {
  std::vector<Stroke> strokes;
  for (Index i = 0; i < count; ++i) {
    const double left = 20 + static_cast<double>(i * step);
    const double right = left + 64;
    strokes.push_back({{left + corner, 20},
                       {right - corner, 20},
                       {right, 20 + corner},
                       {right, 100 - corner},
                       {right - corner, 100},
                       {left + corner, 100},
                       {left, 100 - corner},
                       {left, 20 + corner},
                       {left + corner, 20}});
  }
  return strokes;
}

GreyImage on_paper(const std::vector<Stroke>& strokes, double pen) {
  return test::invert(draw(30 + count * step, 120, strokes, pen));
}

GreyImage darker(GreyImage a, const GreyImage& b) {
  for (std::size_t i = 0; i < a.values().size(); ++i) a.values()[i] = std::min(a.values()[i], b.values()[i]);
  return a;
}

}  // namespace

TEST_CASE("boxes around characters are no ink, however their corners are") {
  const GreyImage alone = on_paper(fours(), 5);
  const Segmentation plain = segment(alone);
  for (const double corner : {0.0, 10.0}) {
    for (const double pen : {1.5, 3.0}) {
      CAPTURE(corner);
      CAPTURE(pen);
      const GreyImage boxed = darker(alone, on_paper(boxes(corner), pen));
      const Segmentation line = segment(boxed);
      CHECK(line.height == doctest::Approx(plain.height).epsilon(0.05));
      CHECK(line.pieces.size() == plain.pieces.size());
      CHECK(std::abs(line_image(boxed).ink.width() - line_image(alone).ink.width()) <= 2);
    }
  }
}

TEST_CASE("an empty box beside others is none either, and alone it may be a character") {
  std::vector<Stroke> three = fours();
  three.resize(6);
  const Segmentation line = segment(darker(on_paper(three, 5), on_paper(boxes(0), 2)));
  CHECK(line.pieces.size() == segment(on_paper(three, 5)).pieces.size());
  const std::vector<Stroke> one{boxes(0).front()};
  CHECK(segment(on_paper(one, 5)).height > 70);
}

TEST_CASE("what touches its box stays") {
  std::vector<Stroke> strokes = fours();
  strokes.push_back({{40, 66}, {20, 66}});  // a stroke from the first four into its box
  const GreyImage touching = darker(on_paper(strokes, 5), on_paper(boxes(0), 2));
  const Segmentation line = segment(touching);
  CHECK(line.height == doctest::Approx(segment(on_paper(fours(), 5)).height).epsilon(0.1));
  CHECK(line.pieces.front().box.left < 30);
}

TEST_CASE("a shade around white boxes is no ink") {
  GreyImage picture(count * step + 60, 120, 200);
  const GreyImage characters = on_paper(fours(), 5);
  for (Index i = 0; i < count; ++i) {
    for (Index y = 20; y < 100; ++y) {
      for (Index x = 20; x < 84; ++x) picture(x + i * step, y) = characters(x + i * step, y);
    }
  }
  CHECK(segment(picture).height == doctest::Approx(segment(characters).height).epsilon(0.15));
}

TEST_CASE("characters with loops are no boxes") {
  std::vector<Stroke> rings;
  for (const double x : {50.0, 120.0, 190.0}) {
    Stroke ring;
    for (int i = 0; i <= 40; ++i) {
      const double angle = 2 * std::numbers::pi * i / 40;
      ring.push_back({x + 24 * std::cos(angle), 60 + 34 * std::sin(angle)});
    }
    rings.push_back(ring);
    rings.push_back({{x - 3, 60}, {x + 3, 60}});  // as some write a 0
  }
  Ink ink = find_ink(on_paper(rings, 5), {});
  Image<std::uint8_t> mask = ink_mask(ink);
  const Image<std::uint8_t> before = mask;
  CHECK_FALSE(detail::erase_frames(connected_components(mask), mask, ink));
  CHECK(mask == before);
}
