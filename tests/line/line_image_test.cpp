#include <inkling/line/line_image.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "pictures.hpp"

using namespace inkling;
using test::draw;
using test::invert;

namespace {

/// Bars of a line: upright strokes that lean by `slant` columns a row, 60 pixels high, with a foot to each.
GreyImage line_of_bars(double slant, double shrink = 1) {
  std::vector<test::Stroke> strokes;
  for (const double x : {60.0, 100.0, 160.0}) {
    strokes.push_back({{(x + 30 * slant) / shrink, 30 / shrink}, {(x - 30 * slant) / shrink, 90 / shrink}});
    strokes.push_back({{(x - 30 * slant) / shrink, 90 / shrink}, {(x - 30 * slant + 16) / shrink, 90 / shrink}});
  }
  return invert(draw(static_cast<Index>(260 / shrink), static_cast<Index>(120 / shrink), strokes, 7 / shrink));
}

double ink_in(const LineImage& line, Index row) {
  double sum = 0;
  for (Index x = 0; x < line.ink.width(); ++x) sum += static_cast<double>(line.ink(x, row));
  return sum;
}

}  // namespace

TEST_CASE("a line image has one height, and its characters stand in the middle of it") {
  for (const double shrink : {1.0, 2.5}) {
    CAPTURE(shrink);
    const LineImage line = line_image(line_of_bars(0, shrink));
    CHECK(line.ink.height() == 40);
    // 67 rows of ink are 24; 123 columns of it become 44
    CHECK(line.ink.width() == doctest::Approx(44).epsilon(0.08));
    CHECK(ink_in(line, 5) < 0.01);
    CHECK(ink_in(line, 20) > 5);
    CHECK(ink_in(line, 30) > ink_in(line, 20));  // the feet
    CHECK(ink_in(line, 34) < 0.01);
    CHECK(line.placement.scale == doctest::Approx(24.0 / 67 * shrink).epsilon(0.05));
  }
}

TEST_CASE("writing that leans stands upright") {
  const LineImage straight = line_image(line_of_bars(0));
  const LineImage leaning = line_image(line_of_bars(0.4));
  CHECK(leaning.placement.slant == doctest::Approx(0.36).epsilon(0.15));
  CHECK(std::abs(leaning.ink.width() - straight.ink.width()) <= 4);
}

TEST_CASE("columns of the line image are found in the picture") {
  for (const double slant : {0.0, 0.3}) {
    CAPTURE(slant);
    const LineImage line = line_image(line_of_bars(slant));
    const Box all = box_of_columns(line, 0, line.ink.width());
    CHECK(all.y == doctest::Approx(26.5).epsilon(0.1));
    CHECK(all.height == doctest::Approx(67).epsilon(0.1));
    CHECK(all.x == doctest::Approx(56.5 - 30 * slant).epsilon(0.1));
    CHECK(all.width == doctest::Approx(123).epsilon(0.2));
    const Box first = box_of_columns(line, 0, 8);
    CHECK(first.x == doctest::Approx(all.x).epsilon(0.05));
    CHECK(first.x + first.width < 100);
  }
  const LineImage line = line_image(line_of_bars(0));
  CHECK(box_of_columns(line, 7, 7) == Box{});
  CHECK(box_of_columns(line, 10'000, 10'010) == Box{});
}

TEST_CASE("paper without ink, lines that are too wide, and options out of range are refused") {
  CHECK_THROWS_AS(line_image(GreyImage(100, 50, 255)), NoInkError);
  CHECK_THROWS_AS(line_image(GreyImage()), NoInkError);
  CHECK_THROWS_AS(line_image(line_of_bars(0), {.largest_width = 30}), FormatError);
  CHECK_THROWS_AS(line_image(line_of_bars(0), {.height = 0}), ValueError);
  CHECK_THROWS_AS(line_image(line_of_bars(0), {.body = std::numeric_limits<double>::quiet_NaN()}), ValueError);
}
