#include <inkling/core/error.hpp>
#include <inkling/form/registration/cut.hpp>
#include <inkling/form/registration/homography.hpp>
#include <inkling/form/registration/register_page.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "drawn_form.hpp"

namespace inkling::form {
namespace {

using test::draw_form;
using test::DrawnForm;
using test::photograph;

/// The farthest that a box's corner comes to lie from where it is, in pixels of the template.
double worst_corner(const Registration& registration, const std::vector<Quad>& boxes,
                    const std::function<Point(Point)>& truth) {
  double worst = 0;
  for (const Quad& box : boxes) {
    for (const Point& corner : box) {
      const Point found = registration.map.inverse(truth(corner));
      worst = std::max(worst, std::hypot(found.x - corner.x, found.y - corner.y));
    }
  }
  return worst;
}

Homography matrix(double a, double b, double c, double d, double e, double f, double g = 0, double h = 0) {
  Eigen::Matrix3d m;
  m << a, b, c, d, e, f, g, h, 1;
  return Homography(m);
}

Homography turned(double degrees, double scale, const Point& to) {
  const double angle = degrees * std::numbers::pi / 180;
  return matrix(scale * std::cos(angle), -scale * std::sin(angle), to.x, scale * std::sin(angle),
                scale * std::cos(angle), to.y);
}

/// One form and its reference, made once.
struct Prepared {
  DrawnForm blank = draw_form();
  DrawnForm filled = draw_form({.writer = 7});
  ReferencePage reference{blank.page, {.fields = blank.boxes}};
};

const Prepared& prepared() {
  static const Prepared form;
  return form;
}

Registration register_photo(const Homography& map, Index width, Index height, float grain = 4, float shade = 0.2F) {
  const Homography back = map.inverse();
  GreyImage photo = photograph(prepared().filled.page, width, height, [&](Point p) { return back(p); });
  test::spoil(photo, grain, shade);
  return register_page(prepared().reference, photo);
}

TEST_CASE("a homography goes through four points, and back") {
  const Quad from{{{0, 0}, {100, 10}, {110, 140}, {-5, 120}}};
  const Quad to{{{30, 40}, {400, 20}, {420, 500}, {10, 520}}};
  const auto map = Homography::between(from, to);
  REQUIRE(map);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK((*map)(from[i]).x == doctest::Approx(to[i].x));
    CHECK((*map)(from[i]).y == doctest::Approx(to[i].y));
    CHECK(map->inverse()(to[i]).x == doctest::Approx(from[i].x).epsilon(1e-6));
  }
  // The derivative, against differences.
  const Point p{40, 70};
  const Eigen::Matrix2d j = map->jacobian(p);
  const Point right = (*map)({p.x + 1e-5, p.y});
  const Point here = (*map)(p);
  CHECK(j(0, 0) == doctest::Approx((right.x - here.x) / 1e-5).epsilon(1e-4));
  CHECK(j(1, 0) == doctest::Approx((right.y - here.y) / 1e-5).epsilon(1e-4));
}

TEST_CASE("points on a line determine no homography") {
  CHECK_FALSE(Homography::between({{{0, 0}, {1, 1}, {2, 2}, {0, 5}}}, upright(0, 0, 1, 1)));
  CHECK_FALSE(fit_homography(std::vector<PointPair>(3)));
}

TEST_CASE("a mirrored or folded page is not plausible") {
  CHECK(plausible(turned(33, 1.7, {5, 6}), 827, 1169));
  CHECK_FALSE(plausible(matrix(-1, 0, 827, 0, 1, 0), 827, 1169));
  CHECK_FALSE(plausible(matrix(1, 0, 0, 0, 1, 0, -1.0 / 500, 0), 827, 1169));
  CHECK_FALSE(plausible(matrix(10, 0, 0, 0, 1, 0), 827, 1169));
}

TEST_CASE("a page at any quarter turn and a little skew") {
  for (int turn = 0; turn < 4; ++turn) {
    CAPTURE(turn);
    const std::array<Point, 4> shifts{Point{30, 20}, Point{1190, 10}, Point{880, 1200}, Point{15, 870}};
    const Homography map = turned(90 * turn + 1.5, 1, shifts[static_cast<std::size_t>(turn)]);
    const Registration r = register_photo(map, turn % 2 == 0 ? 900 : 1210, turn % 2 == 0 ? 1230 : 900);
    REQUIRE_MESSAGE(r.registered, r.reason);
    CHECK(r.quarter_turns == turn);
    CHECK(worst_corner(r, prepared().blank.boxes, map) < 1);
    CHECK(r.coverage > 0.8);
    CHECK(r.residual < 0.5);
  }
}

TEST_CASE("a photo in perspective, turned, under uneven light") {
  const Homography map = matrix(0.9, -0.25, 330, 0.2, 0.8, 60, 1.2e-4, 1.5e-4);
  const Registration r = register_photo(map, 1200, 1200, 8, 0.5F);
  REQUIRE_MESSAGE(r.registered, r.reason);
  CHECK(worst_corner(r, prepared().blank.boxes, map) < 1.5);
}

TEST_CASE("printed at 94 % and at 97 x 94 % on another paper") {
  for (const double across : {0.94, 0.97}) {
    const Homography map = matrix(across, 0, 25, 0, 0.94, 1);
    const Registration r = register_photo(map, 850, 1100);
    REQUIRE_MESSAGE(r.registered, r.reason);
    CHECK(worst_corner(r, prepared().blank.boxes, map) < 1);
    CHECK(r.scale[0] == doctest::Approx(across).epsilon(0.004));
    CHECK(r.scale[1] == doctest::Approx(0.94).epsilon(0.004));
  }
}

TEST_CASE("half of the page is missing") {
  const Homography map = turned(0.7, 1, {10, -560});
  const Registration r = register_photo(map, 840, 620);
  REQUIRE_MESSAGE(r.registered, r.reason);
  CHECK(worst_corner(r, {prepared().blank.boxes.begin() + 8, prepared().blank.boxes.end()}, map) < 1);
  CHECK(r.coverage < 0.7);
  CHECK(r.support(prepared().blank.boxes.front()) == 0);
  CHECK(r.support(prepared().blank.boxes.back()).value_or(0) > 0.8);
}

TEST_CASE("a band of the page that the feeder drew longer") {
  // Rows 0.40 H to 0.55 H are 4 % longer, the rest shorter; the corners stay.
  const double height = 1169;
  const double stretched = 0.15 * height * 0.04;
  const auto truth = [&](Point p) {
    const double rest = 1 - stretched / (0.85 * height);
    const double band = std::clamp(p.y - 0.40 * height, 0.0, 0.15 * height);
    return Point{p.x, (p.y - band) * rest + band * 1.04};
  };
  const auto back = [&](Point p) {
    double low = 0;
    double high = height + 20;
    for (int i = 0; i < 40; ++i) (truth({0, (low + high) / 2}).y < p.y ? low : high) = (low + high) / 2;
    return Point{p.x, low};
  };
  const Registration r = register_page(prepared().reference, photograph(prepared().filled.page, 827, 1169, back));
  REQUIRE_MESSAGE(r.registered, r.reason);
  CHECK(worst_corner(r, prepared().blank.boxes, truth) < 2);  // a box is 28 wide
  CHECK(r.largest_shift > 2);
}

TEST_CASE("another form, a blank sheet and a black one are refused with a reason") {
  const DrawnForm other = draw_form({.seed = 99, .writer = 3});
  const Registration wrong = register_page(prepared().reference, other.page);
  CHECK_FALSE(wrong.registered);
  CHECK_FALSE(wrong.reason.empty());
  CHECK_FALSE(register_page(prepared().reference, GreyImage(827, 1169, 255)).registered);
  CHECK_FALSE(register_page(prepared().reference, GreyImage(827, 1169, 0)).registered);
  CHECK_FALSE(register_page(prepared().reference, GreyImage(3, 1, 0)).registered);
  CHECK_THROWS_AS(register_page(prepared().reference, GreyImage()), ShapeError);
  CHECK_THROWS_AS(ReferencePage(GreyImage(800, 800, 255)), ValueError);
  CHECK_THROWS_AS(ReferencePage(GreyImage(20, 20, 255)), ValueError);
}

TEST_CASE("a page is known among several forms") {
  const std::array<ReferencePage, 3> references{ReferencePage(draw_form({.seed = 99}).page), prepared().reference,
                                                ReferencePage(draw_form({.seed = 5}).page)};
  const Identification known = identify_page(references, prepared().filled.page);
  CHECK(known.registration.registered);
  CHECK(known.form == 1);
  CHECK_FALSE(known.rival);
  CHECK_FALSE(identify_page(references, draw_form({.seed = 44}).page).registration.registered);
}

TEST_CASE("what is cut out is what the template has there") {
  const DrawnForm& form = prepared().blank;
  const Quad place = form.boxes[3];
  const PageMap same;
  const auto size = natural_size(same, place);
  CHECK(size[0] == 168);
  CHECK(size[1] == 32);
  const auto at_home = cut(form.page, same, upright(100, 200, 60, 40), 60, 40);
  for (Index y = 0; y < 40; ++y) {
    for (Index x = 0; x < 60; ++x) CHECK(at_home(x, y) == form.page(100 + x, 200 + y));
  }
  // Turned by a quarter and twice as large, then cut at the template's size.
  const PageMap map{turned(90, 2, {2338, 0}), {}};
  const GreyImage photo = photograph(form.page, 2338, 1654, [&](Point p) { return map.inverse(p); });
  const auto back = cut(photo, map, upright(100, 200, 60, 40), 60, 40);
  double difference = 0;
  for (Index y = 0; y < 40; ++y) {
    for (Index x = 0; x < 60; ++x) difference += std::abs(static_cast<double>(back(x, y)) - at_home(x, y));
  }
  CHECK(difference / 2400 < 12);

  // What lies well inside the page is cut several pixels at a time.
  using Single = std::array<std::uint8_t, 1>;
  Image<Single> singles(photo.width(), photo.height());
  std::transform(photo.values().begin(), photo.values().end(), singles.values().begin(),
                 [](std::uint8_t value) { return Single{value}; });
  for (const Index width : {61, 122, 30}) {  // as large as on the page is 120
    const PageMap slanted{turned(7, 2, {400, 30}), {}};
    const auto many = cut(photo, slanted, upright(-30, 0, 60, 40), width, 83);
    const auto one_by_one = cut(singles, slanted, upright(-30, 0, 60, 40), width, 83, Single{255});
    int most = 0;
    for (Index y = 0; y < 83; ++y) {
      for (Index x = 0; x < width; ++x) most = std::max(most, std::abs(many(x, y) - one_by_one(x, y)[0]));
    }
    CAPTURE(width);
    CHECK(most <= 1);  // the places are rounded differently
  }

  using Rgb = std::array<std::uint8_t, 3>;
  const Image<Rgb> red(50, 50, Rgb{200, 10, 20});
  const auto part = cut(red, same, upright(-10, 10, 20, 20), 20, 20, Rgb{1, 2, 3});
  CHECK(part(2, 5) == Rgb{1, 2, 3});
  CHECK(part(15, 5) == Rgb{200, 10, 20});
}

}  // namespace
}  // namespace inkling::form
