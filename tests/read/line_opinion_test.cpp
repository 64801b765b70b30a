#include <inkling/core/error.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/read/line_opinion.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "read/composed_line.hpp"

using namespace inkling;

namespace {

const std::filesystem::path source = INKLING_SOURCE_DIR;

const LineModel& shipped_lines() {
  static const std::shared_ptr<const LineModel> lines = find_lines(source / "models");
  return *lines;
}

const Dataset& digits() {
  static const Dataset test = load_sample(source / "data").second;
  return test;
}

const CharSet only_digits = CharSet::parse("digits");

/// Ink of upright strokes, pixels from the left.
GreyImage strokes(std::initializer_list<Index> columns) {
  GreyImage picture(200, 100, 240);
  for (const Index column : columns) {
    for (Index y = 25; y < 75; ++y) {
      for (Index x = column; x < column + 5; ++x) picture(x, y) = 20;
    }
  }
  return picture;
}

}  // namespace

TEST_CASE("an opinion is surer of what a line says than of anything else") {
  Rng rng(3);
  const test::ComposeOptions easy{.least_gap = 5, .most_slant = 0.1, .most_noise = 4, .ruled = false};
  for (int i = 0; i < 4; ++i) {
    const test::ComposedLine line =
        test::compose_line(digits(), test::draw_samples(5, digits().size(), rng), easy, rng);
    const LineOpinion opinion(line.picture, shipped_lines(), only_digits);
    CAPTURE(line.text);
    CHECK(opinion.text() == line.text);
    CHECK(opinion.probability(line.text) > 0.5);
    CHECK(opinion.probability(line.text.substr(0, 4)) < 0.2);
    CHECK(opinion.probability(line.text + "1") < 0.2);
    CHECK(opinion.probability(line.text.substr(0, 2) + "-" + line.text.substr(2)) ==
          opinion.probability(line.text));  // signs do not count
  }
}

TEST_CASE("a 1 at either end of a line is no edge of the picture") {
  CHECK(LineOpinion(strokes({60, 110}), shipped_lines(), only_digits).text() == "11");
  CHECK(LineOpinion(strokes({90}), shipped_lines(), only_digits).text() == "1");
}

TEST_CASE("an opinion needs ink, and characters that the model knows") {
  CHECK_THROWS_AS(LineOpinion(strokes({}), shipped_lines(), only_digits), NoInkError);
  CHECK_THROWS_AS(LineOpinion(strokes({90}), shipped_lines(), CharSet::parse("A")), ValueError);
}
