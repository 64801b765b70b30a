#include <inkling/line/detail/line_slant.hpp>
#include <inkling/line/detail/seam.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/normalise/normalise.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pictures.hpp"

using namespace inkling;
using test::draw;
using test::draw_four;
using test::draw_i;
using test::invert;
using test::place;

namespace {

/// Dark ink on white: both pictures are ink on black of the same size.
GreyImage on_paper(GreyImage ink) {
  return invert(std::move(ink));
}

GreyImage joined(GreyImage a, const GreyImage& b) {
  for (std::size_t i = 0; i < a.values().size(); ++i) a.values()[i] = std::max(a.values()[i], b.values()[i]);
  return a;
}

/// Fours side by side, `step` columns apart.
GreyImage row_of_fours(Index count, Index step, Index width, Index height, Index left = 20, Index top = 20) {
  GreyImage row(width, height);
  for (Index i = 0; i < count; ++i) {
    row = joined(std::move(row), place(draw_four(60), width, height, left + i * step, top, 0));
  }
  return row;
}

/// A printed box, its lines `pen` thick.
GreyImage box(Index width, Index height, double pen, double margin = 6) {
  const auto right = static_cast<double>(width) - margin;
  const auto bottom = static_cast<double>(height) - margin;
  return draw(width, height, {{{margin, margin}, {right, margin}, {right, bottom}, {margin, bottom}, {margin, margin}}},
              pen);
}

/// Pieces that start after a blank or a cut of no ink: the characters, when none touch.
Index whole_parts(const Segmentation& line) {
  return std::count_if(line.cuts.begin(), line.cuts.end() - 1, [](float ink) { return ink == 0; });
}

}  // namespace

TEST_CASE("characters apart are found in reading order, whatever the polarity") {
  const GreyImage ink = row_of_fours(4, 60, 280, 100);
  for (const GreyImage& picture : {ink, on_paper(ink)}) {
    const Segmentation line = segment(picture);
    CHECK(whole_parts(line) == 4);
    CHECK_FALSE(line.form.has_value());
    for (std::size_t i = 0; i + 1 < line.pieces.size(); ++i) {
      CHECK(line.pieces[i].begin + line.pieces[i].end <= line.pieces[i + 1].begin + line.pieces[i + 1].end);
    }
  }
}

TEST_CASE("a printed box and a ruled line are taken away, and the strokes they crossed joined") {
  const GreyImage ink = row_of_fours(3, 60, 240, 100);
  const Segmentation alone = segment(on_paper(ink));

  const Segmentation boxed = segment(on_paper(joined(ink, box(240, 100, 5))));
  CHECK(boxed.form.has_value());
  CHECK(whole_parts(boxed) == 3);
  CHECK(boxed.height == doctest::Approx(alone.height).epsilon(0.05));

  for (const double row : {82.0, 69.0, 44.0}) {  // below the fours, at their feet, through them
    CAPTURE(row);
    const GreyImage ruled = joined(ink, draw(240, 100, {{{0, row}, {240, row + 2}}}, 2));
    const Segmentation line = segment(on_paper(ruled));
    CHECK(whole_parts(line) == 3);
    CHECK(line.height == doctest::Approx(alone.height).epsilon(0.1));
  }
}

TEST_CASE("ink that crosses the side of a box stays whole") {
  GreyImage ink = row_of_fours(3, 60, 240, 110);
  ink = joined(std::move(ink), draw(240, 110, {{{30, 40}, {30, 108}}}, 4));  // a long stroke down, out of the box
  const Segmentation line = segment(on_paper(joined(ink, place(box(240, 100, 5), 240, 110, 0, 0, 0))));
  const auto lowest = std::max_element(line.pieces.begin(), line.pieces.end(),
                                       [](const Piece& a, const Piece& b) { return a.box.bottom < b.box.bottom; });
  CHECK(static_cast<double>(lowest->box.bottom) * line.scale >= 104);
}

TEST_CASE("the bar of a character is no ruled line, nor are those of several in a row") {
  CHECK(whole_parts(segment(on_paper(row_of_fours(4, 34, 200, 100)))) == 4);
  const GreyImage t = draw(60, 60, {{{5, 8}, {55, 8}}, {{30, 8}, {30, 54}}}, 5);
  const Segmentation line = segment(on_paper(t));
  CHECK(line.height * line.scale == doctest::Approx(51).epsilon(0.06));
}

TEST_CASE("the dot belongs to the stem of an i") {
  GreyImage ink(220, 100);
  for (const Index left : {10, 80, 150}) {
    ink = joined(std::move(ink), place(draw_i(60), 220, 100, left, 20, 0));
  }
  const Segmentation line = segment(on_paper(ink));
  CHECK(line.pieces.size() == 3);
}

TEST_CASE("the median of weighted values is the first that half of the weight does not exceed") {
  CHECK(detail::weighted_median({{3, 1}, {1, 1}, {2, 1}}) == 2);
  CHECK(detail::weighted_median({{1, 1}, {2, 1}, {9, 5}, {4, 1}}) == 9);
  CHECK(detail::weighted_median({{1, 5}, {2, 1}, {9, 1}}) == 1);
  CHECK(detail::weighted_median({{1, 1}, {2, 1}}) == 1);
  CHECK(detail::weighted_median({}) == 0);
}

TEST_CASE("specks are no characters, and too many parts are no line") {
  GreyImage ink = row_of_fours(2, 70, 200, 100);
  ink(10, 10) = ink(150, 90) = ink(100, 50) = 255;
  CHECK(whole_parts(segment(on_paper(ink))) == 2);

  CHECK_THROWS_AS(segment(on_paper(row_of_fours(3, 60, 240, 100)), {.max_parts = 2}), FormatError);
  CHECK_THROWS_AS(segment(GreyImage()), NoInkError);
  CHECK_THROWS_AS(segment(GreyImage(100, 40, 200)), NoInkError);
}

TEST_CASE("touching characters are cut where they touch") {
  const GreyImage rings = draw(180, 100,
                               {{{30, 20}, {80, 20}, {80, 80}, {30, 80}, {30, 20}},
                                {{84, 20}, {134, 20}, {134, 80}, {84, 80}, {84, 20}},
                                {{80, 50}, {84, 50}}},
                               5);
  const Segmentation line = segment(on_paper(rings));
  bool cut_between = false;
  for (std::size_t i = 0; i + 1 < line.pieces.size(); ++i) {
    const double edge = static_cast<double>(line.pieces[i + 1].box.left) * line.scale;
    cut_between = cut_between || (edge > 78 && edge < 87);
  }
  CHECK(cut_between);
}

TEST_CASE("the slant of a line is found") {
  for (const double slant : {-0.3, 0.0, 0.3, 0.6}) {
    CAPTURE(slant);
    std::vector<test::Stroke> strokes;
    for (const double foot : {40.0, 80.0, 120.0, 160.0}) strokes.push_back({{foot, 80}, {foot + 60 * slant, 20}});
    const GreyImage ink = draw(230, 100, strokes, 5);
    Image<std::uint8_t> mask(230, 100);
    for (Index i = 0; i < mask.size(); ++i) mask.values()[static_cast<std::size_t>(i)] = ink.row(0)[i] > 127 ? 1 : 0;
    CHECK(std::abs(detail::line_slant(mask) - slant) < 0.08);
  }
  CHECK(detail::line_slant(Image<std::uint8_t>(20, 20)) == 0);
}

TEST_CASE("a piece becomes the picture that normalise makes of it alone") {
  const GreyImage ink = row_of_fours(2, 90, 240, 100);
  const Segmentation line = segment(on_paper(ink));
  std::size_t last = 1;
  while (line.cuts[last] > 0) ++last;
  const GreyImage character = character_image(line, 0, last);
  CHECK(test::difference(character, normalise(draw_four(60))) < 15);
}

TEST_CASE("a seam takes the way with least ink") {
  FloatImage ink(21, 15, 1);
  for (Index y = 0; y < 15; ++y) {
    if (y != 7) ink(8 + y / 4, y) = 0;  // a slanted gap, closed by one pixel
  }
  const auto seams = detail::find_seams(ink, {.max_ink = 3, .min_distance = 2});
  REQUIRE(seams.size() == 1);
  CHECK(seams[0].ink <= 1);
  REQUIRE(seams[0].column.size() == 15);
  for (Index y = 1; y < 15; ++y) {
    CHECK(std::abs(seams[0].column[static_cast<std::size_t>(y)] - seams[0].column[static_cast<std::size_t>(y - 1)]) <=
          1);
  }
  CHECK(detail::find_seams(ink, {.max_ink = 0, .min_distance = 2}).empty());
  CHECK(detail::find_seams(FloatImage(5, 2, 1), {.max_ink = 9, .min_distance = 1}).empty());
}

TEST_CASE("a seam follows the pale ink between two strokes that touch along their whole length") {
  FloatImage ink(20, 24, 1);
  for (Index y = 0; y < 24; ++y) ink(12, y) = 0.1F;
  const auto seams = detail::find_seams(ink, {.max_ink = 4, .min_distance = 3});
  REQUIRE(seams.size() == 1);
  CHECK(seams[0].ink == doctest::Approx(2.4));
  CHECK(std::all_of(seams[0].column.begin(), seams[0].column.end(), [](Index x) { return x == 12; }));
}

TEST_CASE("pieces that are not there make no character") {
  const Segmentation line = segment(invert(draw_four(120)));
  const std::size_t pieces = line.pieces.size();
  CHECK(character_image(line, 0, pieces).width() == 28);
  CHECK_THROWS_AS(character_image(line, 0, pieces + 1), ValueError);
  CHECK_THROWS_AS(character_image(line, pieces, pieces + 1), ValueError);
  CHECK_THROWS_AS(character_image(line, 0, 0), ValueError);
  CHECK_THROWS_AS(character_image(Segmentation{}, 0, 1), ValueError);
}
