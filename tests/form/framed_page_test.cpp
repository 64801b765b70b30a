#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/form/registration/corner_markers.hpp>
#include <inkling/form/registration/framed_page.hpp>
#include <inkling/form/registration/homography.hpp>
#include <inkling/form/registration/sheet_outline.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "drawn_form.hpp"

namespace inkling::form {
namespace {

constexpr double width = 420;
constexpr double height = 560;

/// Eight rows of five bubbles with a letter in each, on white; the lower three stand apart, so that upside down is
/// another sheet.
struct BubbleSheet {
  GreyImage page{static_cast<Index>(width), static_cast<Index>(height), 240};
  FramedPage framed{.width = width, .height = height, .frame = Frame::page};
};

void ring(GreyImage& page, double x, double y, double radius, double thickness, std::uint8_t level) {
  for (Index v = static_cast<Index>(y - radius - 3); v <= static_cast<Index>(y + radius + 3); ++v) {
    for (Index u = static_cast<Index>(x - radius - 3); u <= static_cast<Index>(x + radius + 3); ++u) {
      const double apart = std::hypot(static_cast<double>(u) + 0.5 - x, static_cast<double>(v) + 0.5 - y);
      if (std::abs(apart - radius) < thickness / 2) page(u, v) = level;
    }
  }
}

BubbleSheet draw_bubbles() {
  BubbleSheet sheet;
  test::Brush brush(sheet.page, 1);
  Rng rng(5);
  brush.words(60, 40, 300, 14, rng);
  for (int row = 0; row < 8; ++row) {
    std::vector<Quad> marks;
    const double left = row < 5 ? 90 : 120;
    const double y = (row < 5 ? 110 : 140) + 48 * row;
    for (int column = 0; column < 5; ++column) {
      const double x = left + 50 * column;
      ring(sheet.page, x, y, 11, 2, 60);
      brush.fill(x - 1 - column, y - 4, 2 + 2 * column, 2, 110);
      marks.push_back(upright(x - 12, y - 12, 24, 24));
    }
    ring(sheet.page, left + 50 * (row % 5), y, 4, 8, 70);  // a mark
    sheet.framed.marks.push_back(std::move(marks));
  }
  return sheet;
}

/// How far the middles of the bubbles come to lie from where they are, at worst, in template pixels.
double worst_mark(const Registration& found, const FramedPage& framed, const std::function<Point(Point)>& truth) {
  double worst = 0;
  for (const std::vector<Quad>& row : framed.marks) {
    for (const Quad& mark : row) {
      const Point middle = point_in(mark, 0.5, 0.5);
      const Point back = found.map.inverse(truth(middle));
      worst = std::max(worst, std::hypot(back.x - middle.x, back.y - middle.y));
    }
  }
  return worst;
}

/// The sheet on a dark table, seen by a map from the sheet to the photo.
GreyImage on_a_table(const GreyImage& sheet, const Homography& map, Index photo_width, Index photo_height) {
  const Homography back = map.inverse();
  GreyImage photo = test::photograph(sheet, photo_width, photo_height, [&](Point p) { return back(p); });
  for (Index y = 0; y < photo_height; ++y) {
    for (Index x = 0; x < photo_width; ++x) {
      const Point p = back({static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5});
      const bool inside =
          p.x >= 0 && p.y >= 0 && p.x < static_cast<double>(sheet.width()) && p.y < static_cast<double>(sheet.height());
      if (!inside) photo(x, y) = 70;
    }
  }
  test::spoil(photo, 3, 0.1F);
  return photo;
}

Homography perspective() {
  Eigen::Matrix3d m;
  m << 1.1, -0.12, 150, 0.10, 1.05, 60, 1e-4, 5e-5, 1;
  return Homography(m);
}

TEST_CASE("a sheet on a table is found by its outline, a scan that is the sheet has none") {
  const BubbleSheet sheet = draw_bubbles();
  const Homography map = perspective();
  const std::optional<Quad> found = find_sheet(on_a_table(sheet.page, map, 760, 760));
  REQUIRE(found.has_value());
  const Quad corners = upright(0, 0, width, height);
  for (std::size_t i = 0; i < 4; ++i) {
    const Point p = map(corners[i]);
    CHECK(std::hypot(p.x - (*found)[i].x, p.y - (*found)[i].y) < 2.5);
  }
  CHECK_FALSE(find_sheet(sheet.page).has_value());
  CHECK_FALSE(find_sheet(GreyImage(20, 20, 255)).has_value());
}

TEST_CASE("bubbles are found by the sheet's outline, at any quarter turn") {
  const BubbleSheet sheet = draw_bubbles();
  Homography map = perspective();
  Eigen::Matrix3d clockwise;
  clockwise << 0, -1, 760, 1, 0, 0, 0, 0, 1;
  for (int turns = 0; turns < 4; ++turns) {
    CAPTURE(turns);
    const Registration found = register_framed(sheet.framed, on_a_table(sheet.page, map, 760, 760));
    REQUIRE(found.registered);
    CHECK(found.agreement > 0.9);
    CHECK(found.quarter_turns == turns);
    CHECK(worst_mark(found, sheet.framed, [&](Point p) { return map(p); }) < 3);
    map = Homography(clockwise).after(map);
  }
}

TEST_CASE("a scan that is a little shifted is followed, and pages without these bubbles are refused") {
  const BubbleSheet sheet = draw_bubbles();
  FramedPage framed = sheet.framed;
  framed.frame = Frame::picture;
  GreyImage shifted(sheet.page.width(), sheet.page.height(), 240);
  for (Index y = 7; y < shifted.height(); ++y) {
    for (Index x = 5; x < shifted.width(); ++x) shifted(x, y) = sheet.page(x - 5, y - 7);
  }
  const Registration found = register_framed(framed, shifted);
  REQUIRE(found.registered);
  CHECK(worst_mark(found, framed, [](Point p) { return Point{p.x + 5, p.y + 7}; }) < 3);

  for (const int apart : {18, 22, 27, 48}) {
    for (const std::uint64_t seed : {3, 7, 8}) {
      CAPTURE(apart);
      CAPTURE(seed);
      GreyImage text(sheet.page.width(), sheet.page.height(), 240);
      test::Brush brush(text, 1);
      Rng rng(seed);
      for (int y = 30; y < 540; y += apart) brush.words(40, y, 340, 12, rng);
      const Registration wrong = register_framed(framed, text);
      CHECK_FALSE(wrong.registered);
      CHECK(wrong.reason.find("does not show this form") != std::string::npos);
    }
  }
  CHECK_FALSE(register_framed(framed, GreyImage(300, 400, 240)).registered);
}

/// A target of two rings around a dot.
GreyImage marker() {
  GreyImage image(40, 40, 250);
  ring(image, 20, 20, 15, 5, 20);
  ring(image, 20, 20, 3, 6, 20);
  return image;
}

void put(const GreyImage& image, Index left, Index top, GreyImage& page) {
  for (Index y = 0; y < image.height(); ++y) {
    for (Index x = 0; x < image.width(); ++x) page(left + x, top + y) = image(x, y);
  }
}

TEST_CASE("four corner markers are found, three tell where the fourth was, and a logo is none of them") {
  GreyImage page(500, 640, 245);
  const GreyImage target = marker();
  const std::vector<Point> corners{{40, 50}, {440, 50}, {440, 570}, {40, 570}};
  for (const Point& p : corners) put(target, static_cast<Index>(p.x) - 20, static_cast<Index>(p.y) - 20, page);
  ring(page, 250, 200, 40, 8, 20);
  put(target, 230, 300, page);  // one too many, not at a corner
  const auto check = [&](const GreyImage& picture, double least) {
    const std::optional<Quad> found = find_corner_markers(picture, target, {.aspect = 400.0 / 520});
    REQUIRE(found.has_value());
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(std::hypot((*found)[i].x - corners[i].x, (*found)[i].y - corners[i].y) < least);
    }
  };
  check(page, 2);
  put(GreyImage(40, 40, 245), 420, 550, page);  // the lower right one is gone
  put(GreyImage(40, 40, 245), 230, 300, page);
  check(page, 4);
  CHECK_FALSE(find_corner_markers(GreyImage(300, 300, 200), target).has_value());
  CHECK_THROWS_AS(find_corner_markers(page, GreyImage()), ShapeError);
}

TEST_CASE("a frame of markers without them is refused with that reason") {
  BubbleSheet sheet = draw_bubbles();
  sheet.framed.frame = Frame::markers;
  sheet.framed.marker = marker();
  const Registration found = register_framed(sheet.framed, GreyImage(300, 400, 240));
  CHECK_FALSE(found.registered);
  CHECK(found.reason == "the four corner markers were not found");
  CHECK_THROWS_AS(register_framed(sheet.framed, GreyImage()), ShapeError);
}

}  // namespace
}  // namespace inkling::form
