#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/normalise/conversion.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "pictures.hpp"

using namespace inkling;
using test::difference;
using test::draw;
using test::draw_four;
using test::draw_i;
using test::invert;
using test::magnify;
using test::place;

namespace {

/// EMNIST's box: longer side 24 (above a trace of grey), centred, and the brightest pixel at 255.
void check_as_emnist(const GreyImage& image) {
  REQUIRE(image.width() == 28);
  REQUIRE(image.height() == 28);
  const auto support = bounding_box<std::uint8_t>(image, 0);
  const auto body = bounding_box<std::uint8_t>(image, 16);
  REQUIRE(support.has_value());
  REQUIRE(body.has_value());
  CHECK(std::max(support->width, support->height) <= 26);
  CHECK(std::max(body->width, body->height) >= 23);
  CHECK(std::max(body->width, body->height) <= 24);
  CHECK(std::abs(body->x + body->width / 2 - 14) <= 0.5);
  CHECK(std::abs(body->y + body->height / 2 - 14) <= 0.5);
  CHECK(*std::max_element(image.values().begin(), image.values().end()) == 255);
}

/// Grey paper that gets darker to the right and the bottom, with noise; the ink takes `strength` of the light.
GreyImage photograph(const GreyImage& ink, double strength, double noise, std::uint64_t seed) {
  Rng rng(seed);
  GreyImage photo(ink.width(), ink.height());
  for (Index y = 0; y < ink.height(); ++y) {
    for (Index x = 0; x < ink.width(); ++x) {
      const double light = 215 - 60.0 * static_cast<double>(x) / static_cast<double>(ink.width()) -
                           45.0 * static_cast<double>(y) / static_cast<double>(ink.height());
      const double level = light * (1 - strength * ink(x, y) / 255.0) + noise * static_cast<double>(rng.normal());
      photo(x, y) = static_cast<std::uint8_t>(std::clamp(level, 0.0, 255.0));
    }
  }
  return photo;
}

std::filesystem::path shared_folder() {
  const char* shared = std::getenv("INKLING_SHARED");
  return shared != nullptr ? shared : INKLING_SOURCE_DIR "/../shared";
}

}  // namespace

TEST_CASE("a drawn character becomes what EMNIST would hold") {
  check_as_emnist(normalise(draw_four(200)));
  check_as_emnist(normalise(draw_four(40)));
  check_as_emnist(normalise(draw_i(90)));
}

TEST_CASE("inversion changes nothing") {
  for (const Index size : {28, 61, 200, 700}) CHECK(normalise(invert(draw_four(size))) == normalise(draw_four(size)));
}

TEST_CASE("padding and position change next to nothing") {
  const GreyImage four = draw_four(80);
  const GreyImage alone = normalise(four);
  CHECK(difference(normalise(place(four, 300, 200, 0, 0, 0)), alone) < 3);
  CHECK(difference(normalise(place(four, 300, 200, 220, 120, 0)), alone) < 3);
  CHECK(difference(normalise(place(four, 130, 400, 17, 201, 0)), alone) < 3);
  CHECK(difference(normalise(place(invert(four), 300, 200, 41, 53, 255)), alone) < 3);
}

TEST_CASE("scale changes little") {
  const GreyImage four = draw_four(60);
  const GreyImage reference = normalise(four);
  for (const Index factor : {2, 3, 5, 8, 16}) {
    CAPTURE(factor);
    CHECK(difference(normalise(magnify(four, factor)), reference) < 12);
  }
  for (const Index size : {30, 45, 90, 240, 480, 1000, 3000}) {
    CAPTURE(size);
    CHECK(difference(normalise(draw_four(size)), reference) < 12);
  }
}

TEST_CASE("contrast and the colour of paper change little") {
  const GreyImage four = draw_four(100);
  const GreyImage reference = normalise(four);
  for (const auto& [paper, ink] : {std::pair{200, 120}, {255, 200}, {90, 10}, {30, 200}, {120, 180}}) {
    GreyImage picture = four;
    for (std::uint8_t& value : picture.values()) value = static_cast<std::uint8_t>(paper + (ink - paper) * value / 255);
    CHECK(difference(normalise(picture), reference) < 6);
  }
}

TEST_CASE("uneven light and noise are taken away") {
  const GreyImage four = draw_four(100);
  const GreyImage reference = normalise(four);
  CHECK(difference(normalise(photograph(four, 0.7, 0, 1)), reference) < 8);
  CHECK(difference(normalise(photograph(four, 0.5, 3, 2)), reference) < 14);
  CHECK(difference(normalise(photograph(four, 0.35, 2, 3)), reference) < 14);
}

TEST_CASE("lines and rims that come in from the edge are dropped, and specks") {
  const GreyImage four = draw_four(100);
  const GreyImage reference = normalise(four);
  GreyImage disturbed = four;
  for (Index y = 93; y < 96; ++y) {
    for (Index x = 0; x < 100; ++x) disturbed(x, y) = 230;
  }
  for (Index y = 0; y < 60; ++y) disturbed(0, y) = disturbed(1, y) = 200;
  disturbed(12, 40) = disturbed(80, 15) = 255;
  CHECK(difference(normalise(disturbed), reference) < 1);
}

TEST_CASE("a speck goes wherever it lies, and a part that is larger stays") {
  const GreyImage four = draw_four(100);
  const GreyImage reference = normalise(four);
  const auto with_dot = [&](Index side) {  // above the character, within its width: no point behind the foot
    GreyImage dotted = four;
    for (Index y = 6; y < 6 + side; ++y) {
      for (Index x = 50; x < 50 + side; ++x) dotted(x, y) = 255;
    }
    return normalise(dotted);
  };
  CHECK(difference(with_dot(3), reference) < 1);
  CHECK(difference(with_dot(9), reference) > 10);
}

TEST_CASE("squared and ruled paper is told from the character that stands on it") {
  const GreyImage four = draw_four(100);
  const GreyImage reference = normalise(four);
  GreyImage ruled(140, 140);
  for (Index y = 0; y < 100; ++y) {
    for (Index x = 0; x < 100; ++x) ruled(x + 20, y + 20) = four(x, y);
  }
  GreyImage squared = ruled;
  for (Index y = 88; y < 90; ++y) {
    for (Index x = 0; x < 140; ++x) ruled(x, y) = 255;
  }
  CHECK(difference(normalise(ruled), reference) < 6);
  for (Index line = 15; line < 140; line += 37) {
    for (Index k = 0; k < 140; ++k) squared(line, k) = squared(k, line) = 255;
  }
  CHECK(difference(normalise(squared), reference) < 12);
}

TEST_CASE("the bar of a T that is cut to its box is no ruled line") {
  GreyImage t(60, 70);
  for (Index y = 0; y < 70; ++y) {
    for (Index x = 0; x < 60; ++x) t(x, y) = y < 5 || (x >= 27 && x < 33) ? 255 : 0;
  }
  const GreyImage result = normalise(t);
  CHECK(result(6, 3) > 200);
  CHECK(result(21, 3) > 200);
}

/// A picture of ink, with a straight line two pixels thick that moves by `slope` pixels a row.
GreyImage with_upright_line(GreyImage picture, double at, double slope) {
  for (Index y = 0; y < picture.height(); ++y) {
    const auto x = static_cast<Index>(at + slope * static_cast<double>(y));
    picture(x, y) = picture(x + 1, y) = 255;
  }
  return picture;
}

TEST_CASE("a line beside a character goes, though a neighbour stands at the picture's edge") {
  const GreyImage alone = place(draw_four(50), 60, 56, 12, 3, 0);
  const GreyImage reference = normalise(alone);
  CHECK(difference(normalise(with_upright_line(alone, 5, 0.03)), reference) < 12);
  CHECK(difference(normalise(with_upright_line(alone, 54, 0)), reference) < 12);

  GreyImage touching = alone;  // the bar of the four runs out of the picture, as a crop cuts it, and crosses the line
  for (Index x = 45; x < 60; ++x) touching(x, 31) = touching(x, 32) = 255;
  CHECK(difference(normalise(with_upright_line(touching, 53, 0)), normalise(touching)) < 12);

  GreyImage narrow = place(draw_four(24), 28, 40, 2, 8, 0);
  for (Index x = 18; x < 23; ++x) narrow(x, 21) = narrow(x, 22) = 255;
  CHECK(difference(normalise(with_upright_line(narrow, 23, 0)), normalise(narrow)) < 75);  // with the line 106
}

TEST_CASE("a neighbour as tall as the character goes where it stands outside the middle") {
  const GreyImage four = place(draw_four(50), 80, 60, 16, 5, 0);
  const auto with_stroke = [&](Index left) {
    GreyImage crowded = four;
    for (Index y = 10; y < 50; ++y) crowded(left, y) = crowded(left + 1, y) = crowded(left + 2, y) = 255;
    return normalise(crowded);
  };
  CHECK(difference(with_stroke(3), normalise(four)) < 1);
  CHECK(difference(with_stroke(11), normalise(four)) > 10);  // it may well be a part of the character
}

TEST_CASE("a part that runs out of the picture is the character while it has the most ink in the middle") {
  GreyImage picture(80, 60);  // half of the large part, and all of the small one
  for (Index y = 10; y < 50; ++y) {
    for (Index x = 60; x < 80; ++x) picture(x, y) = 255;
  }
  for (Index y = 20; y < 40; ++y) {
    for (Index x = 20; x < 35; ++x) picture(x, y) = 255;
  }
  Image<std::uint8_t> mask = normalise(picture);
  for (std::uint8_t& value : mask.values()) value = value > 100;
  CHECK(connected_components(mask).parts.size() == 2);
}

TEST_CASE("the stem of a character that is cut to its box is no line") {
  GreyImage p(46, 60);  // a P that leaves a pixel of margin, with a stem as straight as a ruled line
  for (Index y = 1; y < 59; ++y) p(6, y) = p(7, y) = p(8, y) = 255;
  for (Index x = 6; x < 44; ++x) p(x, 1) = p(x, 2) = p(x, 28) = p(x, 29) = 255;
  for (Index y = 1; y < 30; ++y) p(43, y) = p(44, y) = 255;
  Image<std::uint8_t> mask = normalise(p);
  for (std::uint8_t& value : mask.values()) value = value > 100;
  Index foot = 0;
  for (Index y = 18; y < 25; ++y) {
    for (Index x = 0; x < 12; ++x) foot += mask(x, y);
  }
  CHECK(foot >= 7);

  GreyImage four(40, 60);  // cut on all sides; its upright stroke runs through
  for (Index y = 0; y < 60; ++y) four(26, y) = four(27, y) = four(28, y) = 255;
  for (Index x = 0; x < 40; ++x) four(x, 38) = four(x, 39) = four(x, 40) = 255;
  for (Index y = 4; y < 40; ++y) four(0, y) = four(1, y) = four(2, y) = 255;
  const GreyImage result = normalise(four);
  CHECK(result(17, 3) > 100);
  CHECK(result(17, 24) > 100);
}

TEST_CASE("a stroke that gets paler keeps a character whole, and what is left out leaves no rim") {
  FloatImage u(40, 50);  // its foot is pale in the middle; the left stroke reaches the picture's edge
  for (Index y = 4; y < 42; ++y) {
    for (Index x = 0; x < 3; ++x) u(x, y) = u(30 + x, y) = 1;
  }
  for (Index x = 3; x < 30; ++x) {
    const double share = 0.7 + 0.3 * std::cos(2 * std::numbers::pi * static_cast<double>(x - 3) / 26);
    for (Index y = 39; y < 42; ++y) u(x, y) = static_cast<float>(share);
  }
  const GreyImage whole = normalise(to_grey(u, 1));
  Index left = 0;
  for (Index y = 4; y < 24; ++y) left += whole(6, y) > 100 ? 1 : 0;
  CHECK(left >= 15);

  const GreyImage four = place(draw_four(40), 60, 50, 10, 5, 0);
  GreyImage crowded = four;  // a soft neighbour, above a corner of the four's box that is empty
  for (Index y = 0; y < 13; ++y) {
    for (Index x = 14; x < 24; ++x) crowded(x, y) = y < 9 && x > 16 && x < 22 ? 255 : 110;
  }
  CHECK(difference(normalise(crowded), normalise(four)) < 6);
}

TEST_CASE("neighbours that reach in, and a point behind the foot, are left out") {
  const GreyImage four = draw_four(100);
  const GreyImage reference = normalise(four);
  const auto box = bounding_box<std::uint8_t>(four, 0).value();
  GreyImage crowded = four;
  for (Index y = 20; y < 80; ++y) crowded(0, y) = crowded(1, y) = crowded(98, y) = crowded(99, y) = 255;
  for (Index y = 0; y < 4; ++y) {
    for (Index x = 0; x < 4; ++x) {
      crowded(static_cast<Index>(box.x + box.width) + 3 + x, static_cast<Index>(box.y + box.height) - 4 + y) = 255;
    }
  }
  CHECK(difference(normalise(crowded), reference) < 1);

  const auto with_point = [&](Index top) {  // larger than a speck
    GreyImage pointed = four;
    for (Index y = 0; y < 8; ++y) {
      for (Index x = 0; x < 8; ++x) pointed(static_cast<Index>(box.x + box.width) + 4 + x, top + y) = 255;
    }
    return normalise(pointed);
  };
  CHECK(difference(with_point(static_cast<Index>(box.y + box.height) - 8), reference) < 1);
  CHECK(difference(with_point(static_cast<Index>(box.y)), reference) > 10);
}

TEST_CASE("a black and white ring that fills its picture is ink, whichever colour it has") {
  GreyImage ring(16, 16, 255);
  for (Index y = 0; y < 16; ++y) {
    for (Index x = 0; x < 16; ++x) {
      const double radius = std::hypot(static_cast<double>(x) - 7.5, static_cast<double>(y) - 7.5);
      if (radius > 6 && radius < 8.3) ring(x, y) = 0;
    }
  }
  const GreyImage result = normalise(ring);
  CHECK(result(14, 14) == 0);
  CHECK(result(14, 3) > 200);
  CHECK(normalise(invert(ring)) == result);
}

TEST_CASE("a stroke of one pixel that lies between two is as whole as one that does not") {
  GreyImage slash(28, 28, 255);
  for (Index y = 4; y < 24; ++y) {
    const double at = 10 + 0.25 * static_cast<double>(y - 4);
    const auto x = static_cast<Index>(at);
    const double right = at - static_cast<double>(x);
    slash(x, y) = static_cast<std::uint8_t>(255 - 120 * (1 - right));
    slash(x + 1, y) = static_cast<std::uint8_t>(255 - 120 * right);
  }
  Image<std::uint8_t> mask = normalise(slash);
  for (std::uint8_t& value : mask.values()) value = value > 100;
  CHECK(connected_components(mask).parts.size() == 1);
  CHECK(bounding_box<std::uint8_t>(mask, 0)->height >= 22);
}

TEST_CASE("a character that is cut to its box keeps all its parts") {
  const GreyImage i = draw_i(100);
  const Box box = bounding_box<std::uint8_t>(i, 0).value();
  GreyImage cut(static_cast<Index>(box.width), static_cast<Index>(box.height));
  for (Index y = 0; y < cut.height(); ++y) {
    for (Index x = 0; x < cut.width(); ++x) {
      cut(x, y) = i(x + static_cast<Index>(box.x), y + static_cast<Index>(box.y));
    }
  }
  CHECK(difference(normalise(cut), normalise(i)) < 25);
}

TEST_CASE("the dot of an i stays, apart from the stem") {
  const GreyImage i = normalise(draw_i(120));
  Image<std::uint8_t> mask(28, 28);
  for (Index k = 0; k < 28 * 28; ++k) mask(k % 28, k / 28) = i(k % 28, k / 28) > 100;
  const Components parts = connected_components(mask);
  REQUIRE(parts.parts.size() == 2);
  CHECK(parts.parts[0].bottom <= parts.parts[1].top);
  CHECK(parts.parts[0].area < parts.parts[1].area);
}

TEST_CASE("thin strokes come near EMNIST's, thick ones stay apart") {
  const auto ink = [](double pen) {
    double sum = 0;
    const GreyImage result = normalise(draw_four(200, pen));
    for (const std::uint8_t value : result.values()) sum += value / 255.0;
    return sum;
  };
  CHECK(ink(0.01) == doctest::Approx(ink(0.03)).epsilon(0.08));
  CHECK(ink(0.12) > 1.2 * ink(0.03));
}

TEST_CASE("fine lines in a large picture do not fade") {
  const GreyImage reference = normalise(draw_four(200, 0.01));
  CHECK(difference(normalise(draw_four(1000, 0.002)), reference) < 30);
  CHECK(difference(normalise(draw_four(500, 0.002)), reference) < 30);
  CHECK(difference(normalise(photograph(draw_four(2000, 0.002), 0.9, 3, 1)), reference) < 30);
}

TEST_CASE("a character is found in a long strip, wherever it stands") {
  const GreyImage four = draw_four(60);
  const GreyImage alone = normalise(place(four, 100, 100, 20, 20, 0));
  for (const Index length : {3000, 65000}) {
    const double most = length == 3000 ? 12 : 25;  // of the longer one 20 of 60 pixels are left
    for (const Index at : {Index{20}, length / 2, length - 80}) {
      CAPTURE(length);
      CAPTURE(at);
      CHECK(difference(normalise(place(four, length, 100, at, 20, 0)), alone) < most);
      CHECK(difference(normalise(place(four, 100, length, 20, at, 0)), alone) < most);
    }
  }
}

TEST_CASE("no ink is an error that says so") {
  CHECK_THROWS_WITH_AS(normalise(GreyImage()), "normalise: no ink found: the picture is empty", NoInkError);
  for (const Index size : {1, 2, 28, 100, 1000}) {
    for (const int level : {0, 1, 128, 254, 255}) {
      CAPTURE(size);
      CAPTURE(level);
      CHECK_THROWS_AS(normalise(GreyImage(size, size, static_cast<std::uint8_t>(level))), NoInkError);
    }
  }
  CHECK_THROWS_AS(normalise(GreyImage(4096, 4096, 250)), NoInkError);
}

TEST_CASE("noise is not ink") {
  Rng rng(9);
  for (const int strength : {1, 2, 5, 20, 60}) {
    for (const Index size : {20, 28, 100, 400}) {
      CAPTURE(strength);
      CAPTURE(size);
      GreyImage uniform(size, size);
      GreyImage normal(size, size);
      for (std::uint8_t& value : uniform.values()) {
        value = static_cast<std::uint8_t>(128 + static_cast<int>(rng.below(2 * strength + 1)) - strength);
      }
      for (std::uint8_t& value : normal.values()) {
        value = static_cast<std::uint8_t>(std::clamp(128 + static_cast<float>(strength) * rng.normal(), 0.0F, 255.0F));
      }
      CHECK_THROWS_AS(normalise(uniform), NoInkError);
      CHECK_THROWS_AS(normalise(normal), NoInkError);
    }
  }
}

TEST_CASE("paper in uneven light without ink is empty") {
  CHECK_THROWS_AS(normalise(photograph(GreyImage(300, 200), 0, 0, 1)), NoInkError);
  CHECK_THROWS_AS(normalise(photograph(GreyImage(300, 200), 0, 3, 2)), NoInkError);
}

TEST_CASE("pictures of any shape end in a result or NoInkError") {
  Rng rng(21);
  for (const auto& [width, height] : {std::pair<Index, Index>{1, 1},
                                      {1, 2},
                                      {2, 1},
                                      {1, 50},
                                      {50, 1},
                                      {2, 2},
                                      {3, 3},
                                      {1, 4096},
                                      {4096, 1},
                                      {4096, 3},
                                      {5, 7}}) {
    for (int round = 0; round < 10; ++round) {
      GreyImage image(width, height, 255);
      for (std::uint8_t& value : image.values()) {
        if (rng.uniform() < 0.1F * static_cast<float>(round))
          value = round % 2 == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(rng.next());
      }
      try {
        const GreyImage result = normalise(image);
        CHECK(result.size() == 784);
      } catch (const NoInkError&) {
      }
    }
  }
}

TEST_CASE("the largest picture is read") {
  const GreyImage four = draw_four(500);
  CHECK(difference(normalise(place(four, 4096, 4096, 1000, 2000, 0)), normalise(four)) < 40);
}

TEST_CASE("the result is a fixed point") {
  for (const Index size : {40, 150, 900}) {
    for (const GreyImage& picture : {draw_four(size), draw_i(size), draw_four(size, 0.14)}) {
      const GreyImage once = normalise(picture);
      CHECK(normalise(once) == once);
      CHECK(normalise(invert(once)) == once);
    }
  }
}

TEST_CASE("a digit as MNIST holds it, 20 pixels around the centre of mass, becomes as EMNIST holds it") {
  check_as_emnist(normalise(place(draw_four(22, 0.14), 28, 28, 5, 1, 0)));
}

TEST_CASE("every step can be seen") {
  std::vector<std::string> names;
  GreyImage last;
  const GreyImage result = normalise(draw_four(50), {.on_step = [&](std::string_view name, const GreyImage& image) {
                                       CHECK_FALSE(image.empty());
                                       names.emplace_back(name);
                                       last = image;
                                     }});
  CHECK(names == std::vector<std::string>{"grey", "ink", "character", "strokes", "soft", "normalised"});
  CHECK(last == result);
}

TEST_CASE("EMNIST's own images survive, and their enlargements come out as they went in") {
  const std::filesystem::path folder = shared_folder() / "data" / "emnist";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no EMNIST files below INKLING_SHARED");
    return;
  }
  const Dataset images = load_emnist(folder, Split::balanced, Part::test).take(300);
  Index unchanged = 0;
  Index longest_24 = 0;
  double gap = 0;
  double enlarged_gap = 0;
  for (Index i = 0; i < images.size(); ++i) {
    const GreyImage image(28, 28, {images.image(i).begin(), images.image(i).end()});
    const GreyImage again = normalise(image);
    unchanged += again == image ? 1 : 0;
    gap += difference(again, image) / static_cast<double>(images.size());

    FloatImage ink(28, 28);
    std::copy(image.values().begin(), image.values().end(), ink.values().begin());
    const GreyImage enlarged = to_grey(resize(ink, {-3, -5, 36, 40}, 162, 180), 255);
    const GreyImage restored = normalise(enlarged);
    enlarged_gap += difference(restored, image) / static_cast<double>(images.size());
    const Box body = bounding_box<std::uint8_t>(restored, 16).value();
    longest_24 += std::max(body.width, body.height) == 24 ? 1 : 0;
    CHECK(std::abs(body.x + body.width / 2 - 14) <= 1);
    CHECK(std::abs(body.y + body.height / 2 - 14) <= 1);
  }
  CHECK(unchanged >= 290);
  CHECK(gap < 2);
  CHECK(enlarged_gap < 26);  // of 255, root mean square: half of EMNIST's ink pixels are edges
  CHECK(longest_24 >= 290);
}

TEST_CASE("a rule without columns takes no ink out, and one that is no line is refused") {
  Ink ink{FloatImage(20, 10, 1.0F), 1};
  const FloatImage before = ink.amount;
  erase_rule(ink, Rule{});
  CHECK(ink.amount == before);
  for (const float odd : {std::nanf(""), HUGE_VALF}) {
    CHECK_THROWS_AS(erase_rule(ink, Rule{.first = 2, .centre = {5, odd}, .thickness = 1}), ValueError);
    CHECK_THROWS_AS(erase_rule(ink, Rule{.first = 2, .centre = {5, 5}, .thickness = odd}), ValueError);
  }
  CHECK_THROWS_AS(erase_rule(ink, Rule{.first = Index{1} << 62, .centre = {5}, .thickness = 1}), ValueError);
  Ink ruled{FloatImage(20, 10), 1};
  for (Index x = 0; x < 20; ++x) ruled.amount(x, 5) = 1;
  ruled.amount(3, 0) = 1;
  erase_rule(ruled, Rule{.first = -5, .centre = std::vector<float>(40, 5.0F), .thickness = 1});  // over both edges
  for (Index x = 0; x < 20; ++x) CHECK(ruled.amount(x, 5) == 0);
  CHECK(ruled.amount(3, 0) == 1);
}

TEST_CASE("an empty box holds no character, and one beyond any picture is refused") {
  const Ink ink{FloatImage(20, 10, 1.0F), 1};
  CHECK_THROWS_AS(as_emnist(ink, Box{}), NoInkError);
  CHECK_THROWS_AS(as_emnist(Ink{}, {0, 0, 5, 5}), NoInkError);
  for (const double odd : {-1.0, std::nan(""), HUGE_VAL, 1e30}) {
    CHECK_THROWS_AS(as_emnist(ink, {0, 0, odd, 5}), ValueError);
    CHECK_THROWS_AS(as_emnist(ink, {0, 0, 5, odd}), ValueError);
  }
  CHECK_THROWS_AS(as_emnist(ink, {std::nan(""), 0, 5, 5}), ValueError);
  Ink stroke{FloatImage(20, 10), 1};
  for (Index y = 2; y < 8; ++y) stroke.amount(8, y) = stroke.amount(9, y) = 1;
  CHECK(as_emnist(stroke, {8, 2, 2, 6}).width() == 28);
}

TEST_CASE("the first view is the picture as it is; others are turned, thinner and thicker, and seen once") {
  const GreyImage picture = draw_four(60);
  const std::vector<GreyImage> views = normalised_views(picture, most_views);
  REQUIRE(views.size() == 7);
  CHECK(views.front() == normalise(picture));
  for (std::size_t i = 0; i < views.size(); ++i) {
    CHECK(views[i].width() == 28);
    CHECK(views[i].height() == 28);
    CHECK(difference(views[i], views.front()) < 80);  // of 255, root mean square: the same character
    for (std::size_t k = 0; k < i; ++k) CHECK(views[i] != views[k]);
  }
  const std::vector<GreyImage> fewer = normalised_views(picture, 3);
  CHECK(fewer == std::vector<GreyImage>(views.begin(), views.begin() + 3));

  const auto ink = [](const GreyImage& image) {
    return std::accumulate(image.values().begin(), image.values().end(), 0.0);
  };
  CHECK(ink(views[1]) < ink(views[2]));
  std::vector<std::string> steps;
  normalised_views(picture, 5, {.on_step = [&](std::string_view name, const GreyImage&) { steps.emplace_back(name); }});
  CHECK(steps == std::vector<std::string>{"grey", "ink", "character", "strokes", "soft", "normalised"});
}

TEST_CASE("a view that leans to the right is turned to the right, and one in EMNIST's form keeps its strokes") {
  const GreyImage bar = normalise(draw(60, 60, {{{30, 10}, {30, 50}}}, 6));
  const auto top = [](const GreyImage& image) {  // the middle of the ink in the upper half
    double sum = 0;
    double moment = 0;
    for (Index y = 0; y < 14; ++y) {
      for (Index x = 0; x < 28; ++x) {
        sum += image(x, y);
        moment += static_cast<double>(x) * image(x, y);
      }
    }
    return moment / sum;
  };
  const std::vector<GreyImage> views = normalised_views(bar, 3);
  CHECK(views.front() == bar);
  CHECK(top(views[1]) < top(views[0]) - 0.2);
  CHECK(top(views[2]) > top(views[0]) + 0.2);
  const double apart = top(views[2]) - top(views[0]);
  CHECK(apart == doctest::Approx(top(views[0]) - top(views[1])).epsilon(0.05));
}

TEST_CASE("no view, more than there are, and a picture without ink are errors") {
  const GreyImage picture = draw_four(60);
  CHECK_THROWS_WITH_AS(normalised_views(picture, 0), "normalised_views: views: expected a number from 1 to 7, got 0",
                       ValueError);
  CHECK_THROWS_AS(normalised_views(picture, 8), ValueError);
  CHECK_THROWS_AS(normalised_views(GreyImage(30, 30, 200), 3), NoInkError);
  CHECK_THROWS_AS(normalised_views(GreyImage(), 3), NoInkError);
}
