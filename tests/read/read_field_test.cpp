#include <inkling/data/sample.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/read/read_field.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "read/composed_line.hpp"

using namespace inkling;

namespace {

const std::filesystem::path source = INKLING_SOURCE_DIR;

const Classifier& shipped_cnn() {
  static const std::unique_ptr<Classifier> model = load_model(source / "models/cnn.safetensors");
  return *model;
}

const Dataset& digits() {
  static const Dataset test = load_sample(source / "data").second;
  return test;
}

const CharSet only_digits = CharSet::parse("digits");

/// How many of ten composed lines of five digits the shipped model reads without a fault.
int lines_read(const test::ComposeOptions& composing) {
  Rng rng(7);
  int right = 0;
  for (int i = 0; i < 10; ++i) {
    const test::ComposedLine line =
        test::compose_line(digits(), test::draw_samples(5, digits().size(), rng), composing, rng);
    right += read_field(line.picture, shipped_cnn(), {.charset = only_digits}).text == line.text ? 1 : 0;
  }
  return right;
}

test::ComposedLine plain_line() {
  Rng rng(3);
  const test::ComposeOptions easy{.least_gap = 5, .most_slant = 0.1, .most_noise = 4, .ruled = false};
  return test::compose_line(digits(), test::draw_samples(5, digits().size(), rng), easy, rng);
}

}  // namespace

TEST_CASE("the shipped model reads digits that stand apart, and most that touch") {
  CHECK(lines_read({.least_gap = 3}) >= 8);
  CHECK(lines_read({.least_gap = -2, .most_gap = -1}) >= 5);
}

TEST_CASE("a reading says what it saw where, and what else it might be") {
  const test::ComposedLine line = plain_line();
  const FieldReading reading = read_field(line.picture, shipped_cnn(), {.charset = only_digits, .candidates = 3});
  CHECK(reading.text == line.text);
  REQUIRE(reading.characters.size() == line.text.size());
  double left = -1;
  for (std::size_t i = 0; i < reading.characters.size(); ++i) {
    const FieldCharacter& character = reading.characters[i];
    CHECK(character.label == std::string(1, line.text[i]));
    REQUIRE(character.candidates.size() == 3);
    CHECK(character.candidates[0].probability == character.confidence);
    CHECK(character.candidates[0].probability >= character.candidates[1].probability);
    CHECK(character.box.x > left);
    CHECK(character.box.x + character.box.width <= static_cast<double>(line.picture.width()) + 1);
    left = character.box.x;
  }
}

TEST_CASE("the lattice holds the best reading, for nothing, and nothing beyond the depth") {
  const test::ComposedLine line = plain_line();
  const FieldReading reading = read_field(line.picture, shipped_cnn(), {.charset = only_digits, .lattice_depth = 20});
  std::size_t at = 0;
  std::string text;
  for (const FieldAlternative& arc : reading.lattice) {  // by their ends, so in order
    CHECK(arc.score <= 20);
    CHECK(arc.from < arc.to);
    if (arc.score > 1e-9 || arc.from != at) continue;
    text += arc.candidates.front().label;
    at = arc.to;
  }
  CHECK(text == reading.text);
}

TEST_CASE("a pattern adds its marks, and holds the number of characters") {
  const test::ComposedLine line = plain_line();
  const auto read = [&](const char* pattern) {
    return read_field(line.picture, shipped_cnn(), {.pattern = Pattern::parse(pattern)}).text;
  };
  CHECK(read("#####") == line.text);
  CHECK(read("##.###") == line.text.substr(0, 2) + "." + line.text.substr(2));
  CHECK(read("####").size() == 4);
}

TEST_CASE("a pattern that the ink does not fit is said, and the confidences are low") {
  const test::ComposedLine line = plain_line();
  const auto read = [&](const char* pattern) {
    return read_field(line.picture, shipped_cnn(), {.pattern = Pattern::parse(pattern)});
  };
  for (const char* pattern : {"#####", "*#", "\\d{5}", "##.###"}) {
    CAPTURE(pattern);
    const FieldReading reading = read(pattern);
    CHECK(reading.fits);
    CHECK(reading.misfit <= 3);
  }
  for (const char* pattern : {"#######", "##", "##########"}) {
    CAPTURE(pattern);
    const FieldReading reading = read(pattern);
    CHECK_FALSE(reading.fits);
    double sum = 0;
    for (const FieldCharacter& character : reading.characters) sum += character.confidence;
    CHECK(sum < 0.6 * static_cast<double>(reading.characters.size()));
  }
  const FieldReading fixed = read("\\0\\0\\0\\0\\0");
  CHECK(fixed.text == "00000");
  CHECK_FALSE(fixed.fits);
  CHECK(fixed.characters.front().confidence < 0.5);
  CHECK(read_field(line.picture, shipped_cnn()).fits);
}

TEST_CASE("a pattern of one character more or fewer than there are is noticed") {
  Rng rng(7);
  int right = 0;
  int noticed_more = 0;
  int noticed_fewer = 0;
  for (int i = 0; i < 12; ++i) {
    const test::ComposedLine line =
        test::compose_line(digits(), test::draw_samples(5, digits().size(), rng), {.least_gap = 3}, rng);
    const auto read = [&](const char* pattern) {
      return read_field(line.picture, shipped_cnn(), {.pattern = Pattern::parse(pattern)});
    };
    const FieldReading reading = read("#####");
    if (reading.text != line.text) continue;
    CHECK(reading.fits);
    ++right;
    noticed_more += read("######").fits ? 0 : 1;
    noticed_fewer += read("####").fits ? 0 : 1;
  }
  CHECK(4 * noticed_more >= 3 * right);
  CHECK(4 * noticed_fewer >= 3 * right);
}

TEST_CASE("what cannot be read is an error") {
  CHECK_THROWS_AS(read_field(GreyImage(100, 40, 220), shipped_cnn()), NoInkError);
  CHECK_THROWS_AS(read_field(plain_line().picture, shipped_cnn(), {.charset = CharSet::parse("$")}), ValueError);
  CHECK_THROWS_AS(
      read_field(plain_line().picture, shipped_cnn(), {.charset = only_digits, .pattern = Pattern::parse("AAA")}),
      ValueError);
}

TEST_CASE("a reading without candidates still has its text") {
  const test::ComposedLine line = plain_line();
  const FieldReading reading = read_field(line.picture, shipped_cnn(), {.charset = only_digits, .candidates = 0});
  CHECK(reading.text == line.text);
  for (const FieldCharacter& character : reading.characters) CHECK(character.candidates.size() == 1);
}
