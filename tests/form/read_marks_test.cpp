#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/form/read_marks.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace inkling::form {
namespace {

struct Scanner {
  double gamma = 1;       // above 1: dark
  double letters = 0.15;  // ink of the letter in each bubble
};

/// A row of five bubbles A to E with a letter in each; `fill`: ink in them.
FieldPicture bubbles(const std::vector<double>& fill, Rng& rng, const Scanner& scanner = {}) {
  constexpr double size = 26;
  constexpr double pitch = 40;
  FieldPicture field;
  const auto width = static_cast<Index>(pitch * static_cast<double>(fill.size()) + 20);
  field.picture = GreyImage(width, 60);
  field.place = {10, 15, pitch * static_cast<double>(fill.size()), 30};
  for (std::size_t k = 0; k < fill.size(); ++k) {
    field.cells.push_back({14 + pitch * static_cast<double>(k), 17, size, size});
  }
  for (Index y = 0; y < 60; ++y) {
    for (Index x = 0; x < width; ++x) {
      double ink = 0;
      for (std::size_t k = 0; k < fill.size(); ++k) {
        const double dx = static_cast<double>(x) + 0.5 - field.cells[k].x - size / 2;
        const double dy = static_cast<double>(y) + 0.5 - 30;
        const double apart = std::hypot(dx, dy);
        if (std::abs(apart - size / 2) < 1) ink = 0.7;
        if (apart < size / 2 - 1) ink = std::abs(dx) < 3 ? std::max(fill[k], scanner.letters + 0.4) : fill[k];
      }
      const double light = 0.92 * (1 - ink) + 0.012 * static_cast<double>(rng.normal());
      field.picture(x, y) =
          static_cast<std::uint8_t>(std::clamp(255 * std::pow(std::max(light, 0.0), scanner.gamma), 0.0, 255.0));
    }
  }
  return field;
}

Field choice(bool many = false) {
  Field field{.name = "q", .kind = FieldKind::choice};
  for (const char* value : {"A", "B", "C", "D", "E"}) field.cells.push_back({.place = {}, .value = value});
  field.many = many;
  return field;
}

TEST_CASE("none, one, several and a faint mark are four outcomes") {
  Rng rng(1);
  const std::vector<Field> fields{choice(), choice(), choice(), choice(), choice(true)};
  const std::vector<FieldPicture> pictures{bubbles({0, 0, 0, 0, 0}, rng), bubbles({0, 0.9, 0, 0, 0}, rng),
                                           bubbles({0, 0.9, 0, 0.9, 0}, rng), bubbles({0, 0, 0, 0, 0.36}, rng),
                                           bubbles({0.9, 0, 0.85, 0, 0}, rng)};
  const std::vector<FieldReading> readings = read_marks(fields, pictures);
  REQUIRE(readings.size() == 5);
  CHECK(readings[0].status == FieldStatus::empty);
  CHECK(readings[0].text == "");
  CHECK(readings[1].status == FieldStatus::read);
  CHECK(readings[1].text == "B");
  CHECK(readings[1].confidence > 0.9);
  CHECK(readings[2].status == FieldStatus::doubtful);
  CHECK(readings[2].text == "B+D");
  CHECK(readings[2].reason == "there are 2 marks, expected one");
  CHECK(readings[3].status == FieldStatus::doubtful);
  CHECK(readings[3].text == "E");
  CHECK(readings[3].reason == "the mark is faint");
  CHECK(readings[4].status == FieldStatus::read);
  CHECK(readings[4].text == "A+C");
}

TEST_CASE("a dark or light scanner and letters in bubbles change nothing") {
  for (const double gamma : {0.55, 1.0, 1.7}) {
    Rng rng(2);
    const Scanner scanner{.gamma = gamma, .letters = 0.35};
    const std::vector<Field> fields{choice(), choice(), choice()};
    const std::vector<FieldPicture> pictures{bubbles({0, 0, 0, 0, 0}, rng, scanner),
                                             bubbles({0, 0, 0.85, 0, 0}, rng, scanner),
                                             bubbles({0.85, 0, 0, 0, 0}, rng, scanner)};
    const std::vector<FieldReading> readings = read_marks(fields, pictures);
    CAPTURE(gamma);
    CHECK(readings[0].text == "");
    CHECK(readings[1].text == "C");
    CHECK(readings[2].text == "A");
  }
}

TEST_CASE("a page without any mark has none") {
  Rng rng(3);
  const std::vector<Field> fields(8, choice());
  std::vector<FieldPicture> pictures;
  for (int i = 0; i < 8; ++i) pictures.push_back(bubbles({0, 0, 0, 0, 0}, rng, {.letters = 0.1}));
  for (const FieldReading& reading : read_marks(fields, pictures)) CHECK(reading.status == FieldStatus::empty);
}

TEST_CASE("a ghost of an erased mark beside a clear one is not counted") {
  Rng rng(4);
  const std::vector<Field> fields{choice(), choice()};
  const std::vector<FieldPicture> pictures{bubbles({0.3, 0, 0.9, 0, 0}, rng), bubbles({0, 0, 0, 0.9, 0}, rng)};
  const std::vector<FieldReading> readings = read_marks(fields, pictures);
  CHECK(readings[0].text == "C");
  CHECK(readings[0].status == FieldStatus::read);
}

TEST_CASE("a box filled completely takes its mark back only where the template says so") {
  Rng rng(5);
  Field cancels = choice();
  cancels.fill_cancels = true;
  const std::vector<FieldPicture> pictures{bubbles({1, 0, 0.55, 0, 0}, rng)};
  CHECK(read_marks(std::vector{cancels}, pictures).front().text == "C");
  CHECK(read_marks(std::vector{choice()}, pictures).front().text == "A+C");
}

TEST_CASE("a required choice without a mark is doubtful, and a tick says yes or no") {
  Rng rng(6);
  Field required = choice();
  required.required = true;
  const FieldReading none = read_marks(std::vector{required}, std::vector{bubbles({0, 0, 0, 0, 0}, rng)}).front();
  CHECK(none.status == FieldStatus::doubtful);
  CHECK(none.reason == "there is no mark, expected one");

  const std::vector<Field> ticks{{.name = "a", .kind = FieldKind::tick}, {.name = "b", .kind = FieldKind::tick}};
  std::vector<FieldPicture> pictures{bubbles({0.9}, rng), bubbles({0}, rng)};
  for (FieldPicture& picture : pictures) {
    picture.place = picture.cells.front();
    picture.cells.clear();
  }
  const std::vector<FieldReading> readings = read_marks(ticks, pictures);
  CHECK(readings[0].text == "yes");
  CHECK(readings[1].text == "no");
  CHECK(readings[1].status == FieldStatus::empty);
}

TEST_CASE("each field needs its picture") {
  CHECK_THROWS_AS(read_marks(std::vector<Field>(2), std::vector<FieldPicture>(1)), ShapeError);
}

}  // namespace
}  // namespace inkling::form
