#include <inkling/core/matrix.hpp>
#include <inkling/form/detail/page_hand.hpp>
#include <inkling/form/reading.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

using namespace inkling;
using form::CellReading;
using form::CellStatus;
using form::FieldReading;
using form::detail::agree;
using form::detail::PageCharacter;

namespace {

const Shape shape{28, 28, 1};

/// A bar that leans by so many columns, or a ring.
Pixels bar(Index leans) {
  Pixels image = Pixels::Zero(shape.size(), 1);
  for (Index y = 4; y < 24; ++y) image.col(0).segment(y * 28 + 12 + leans * (14 - y) / 10, 4).setConstant(255);
  return image;
}
Pixels ring(Index radius) {
  Pixels image = Pixels::Zero(shape.size(), 1);
  for (Index y = 0; y < 28; ++y) {
    for (Index x = 0; x < 28; ++x) {
      const Index square = (x - 14) * (x - 14) + (y - 14) * (y - 14);
      if (square <= radius * radius && square >= (radius - 3) * (radius - 3)) image(y * 28 + x, 0) = 255;
    }
  }
  return image;
}

/// Fields of one cell each, of the classes "0" and "1".
struct Page {
  std::vector<FieldReading> readings;
  std::vector<PageCharacter> characters;

  void add(Pixels image, float one) {
    CellReading cell{.status = CellStatus::read};
    cell.candidates = {{one > 0.5F ? "1" : "0", static_cast<double>(std::max(one, 1 - one))},
                       {one > 0.5F ? "0" : "1", static_cast<double>(std::min(one, 1 - one))}};
    FieldReading reading{.name = "f", .text = cell.candidates.front().label};
    reading.confidence = cell.candidates.front().probability;
    reading.cells = {cell};
    characters.push_back({.field = readings.size(),
                          .cell = 0,
                          .admitted = {0, 1},
                          .shown = {"0", "1"},
                          .image = std::move(image),
                          .probabilities = Vector{{1 - one, one}}});
    readings.push_back(std::move(reading));
  }
};

}  // namespace

TEST_CASE("A character that its like on the page call otherwise follows them, and one that is sure does not") {
  Page page;
  for (const Index leans : {0, 1, 2, 3}) page.add(bar(leans), 0.95F);
  for (const Index radius : {8, 9, 10, 11}) page.add(ring(radius), 0.02F);
  page.add(bar(1), 0.4F);     // a 1 that looks a little more like a 0
  page.add(ring(9), 0.001F);  // surely a 0
  const std::vector<FieldReading> before = page.readings;
  agree(page.readings, page.characters, shape, 1);
  CHECK(before[8].text == "0");
  CHECK(page.readings[8].text == "1");
  CHECK(page.readings[8].cells[0].candidates[0].label == "1");
  CHECK(page.readings[8].confidence == doctest::Approx(page.readings[8].cells[0].candidates[0].probability));
  CHECK(page.readings[8].confidence > 0.6);
  for (const std::size_t i : {0, 1, 2, 3, 4, 5, 6, 7, 9}) {
    CHECK(page.readings[i].text == before[i].text);
    CHECK(page.readings[i].confidence > 0.8);
    CHECK(page.readings[i].cells[0].candidates[0].probability + page.readings[i].cells[0].candidates[1].probability ==
          doctest::Approx(1));
  }
}

TEST_CASE("Characters that may be other things do not hear one another, nor does one that is alone") {
  Page page;
  for (const Index leans : {0, 1, 2}) page.add(bar(leans), 0.99F);
  page.add(bar(1), 0.3F);
  for (std::size_t i = 0; i < 3; ++i) page.characters[i].admitted = {1};
  agree(page.readings, page.characters, shape, 1);
  CHECK(page.readings[3].text == "0");
  CHECK(page.readings[3].confidence == doctest::Approx(0.7));
  Page one;
  one.add(bar(1), 0.3F);
  agree(one.readings, one.characters, shape, 1);
  CHECK(one.readings[0].confidence == doctest::Approx(0.7));
  std::vector<FieldReading> none;
  agree(none, {}, shape, 1);
}

TEST_CASE("In a text with marks the character changes at its place, and the doubt that a cell is empty stays") {
  Page page;
  for (const Index leans : {0, 1, 2, 3}) page.add(bar(leans), 0.99F);
  for (const Index radius : {8, 9, 10, 11}) page.add(ring(radius), 0.01F);
  FieldReading date{.name = "date", .text = "0.0 0"};
  date.confidence = 0.9 * 0.9 * 0.54;
  const Pixels images[] = {ring(9), ring(10), bar(2)};
  for (std::size_t k = 0; k < 3; ++k) {
    CellReading cell{.status = CellStatus::read};
    const double zero = k == 2 ? 0.54 : 0.9;
    cell.candidates = {{"0", zero}, {"1", 0.9 - zero}, {"", 0.1}};
    if (k < 2) cell.candidates = {{"0", zero}, {"1", 1 - zero}};
    date.cells.push_back(cell);
    page.characters.push_back({.field = 8,
                               .cell = k,
                               .admitted = {0, 1},
                               .shown = {"0", "1"},
                               .image = images[k],
                               .probabilities = k == 2 ? Vector{{0.6F, 0.4F}} : Vector{{0.9F, 0.1F}}});
  }
  page.readings.push_back(date);
  agree(page.readings, page.characters, shape, 1);
  const FieldReading& read = page.readings.back();
  CHECK(read.text == "0.0 1");
  REQUIRE(read.cells[2].candidates.size() == 3);
  CHECK(read.cells[2].candidates[0].label == "1");
  CHECK(read.cells[2].candidates[2].label.empty());
  CHECK(read.cells[2].candidates[2].probability == doctest::Approx(0.1));
  CHECK(read.cells[2].candidates[0].probability + read.cells[2].candidates[1].probability == doctest::Approx(0.9));
}
