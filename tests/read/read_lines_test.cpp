#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/data/written_line.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/read/read_field.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "read/composed_line.hpp"

using namespace inkling;

namespace {

const std::filesystem::path source = INKLING_SOURCE_DIR;
const CharSet only_digits = CharSet::parse("digits");

const Classifier& shipped_cnn() {
  static const std::unique_ptr<Classifier> model = load_model(source / "models/cnn.safetensors");
  return *model;
}

std::shared_ptr<const LineModel> shipped_lines() {
  static const std::shared_ptr<const LineModel> lines = find_lines(source / "models");
  REQUIRE(lines != nullptr);
  return lines;
}

const Dataset& digits() {
  static const Dataset test = load_sample(source / "data").second;
  return test;
}

/// A number on clean paper.
GreyImage written(const std::string& text, std::uint64_t seed) {
  LineHabits clean;
  for (float* share : {&clean.other_signs, &clean.joined, &clean.pressure, &clean.grain, &clean.faint, &clean.rules,
                       &clean.light, &clean.texture, &clean.waves, &clean.blur, &clean.noise, &clean.specks,
                       &clean.blocks, &clean.one_bit, &clean.boxes, &clean.low_resolution, &clean.small_cents}) {
    *share = 0;
  }
  Rng rng(seed);
  const Pixels line = LineWriter({digits()}, clean).write(text, rng);
  return {line.rows(), line.cols(), {line.data(), line.data() + line.size()}};
}

/// How many of 20 composed lines of five digits are read without a fault.
int lines_read(const test::ComposeOptions& composing, const std::shared_ptr<const LineModel>& lines) {
  Rng rng(7);
  int right = 0;
  for (int i = 0; i < 20; ++i) {
    const test::ComposedLine line =
        test::compose_line(digits(), test::draw_samples(5, digits().size(), rng), composing, rng);
    const ReadOptions options{.charset = only_digits, .lines = lines};
    right += read_field(line.picture, shipped_cnn(), options).text == line.text ? 1 : 0;
  }
  return right;
}

}  // namespace

TEST_CASE("the shipped network of lines reads digits that stand apart, and those that touch") {
  CHECK(lines_read({.least_gap = 3}, shipped_lines()) >= 17);
  CHECK(lines_read({.least_gap = -2, .most_gap = -1}, shipped_lines()) >= 12);
}

TEST_CASE("numbers with signs are read as charset or pattern ask for them") {
  int right = 0;
  int without = 0;
  int dates = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const GreyImage amount = written("1.485,27", seed);
    const ReadOptions with_signs{.charset = CharSet::parse("0-9.,"), .lines = shipped_lines()};
    right += read_field(amount, shipped_cnn(), with_signs).text == "1.485,27" ? 1 : 0;
    without += read_field(amount, shipped_cnn(), {.charset = only_digits, .lines = shipped_lines()}).text == "148527";
    const ReadOptions date{.pattern = Pattern::parse("##/##/####"), .lines = shipped_lines()};
    dates += read_field(written("28/05/1963", seed), shipped_cnn(), date).text == "28/05/1963" ? 1 : 0;
  }
  CHECK(right >= 7);
  CHECK(without >= 8);
  CHECK(dates >= 7);
}

TEST_CASE("signs that no classifier knows can be asked for") {
  const ReadOptions options{.pattern = Pattern::parse("*#[.,]##"), .lines = shipped_lines()};
  int right = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    right += read_field(written("485,27", seed), shipped_cnn(), options).text == "485,27" ? 1 : 0;
  }
  CHECK(right >= 3);
  CHECK_THROWS_AS(read_field(written("1", 1), shipped_cnn(), {.pattern = options.pattern}), ValueError);
}

TEST_CASE("marks that are not written do not speak against a pattern") {
  ReadOptions options{.pattern = Pattern::parse("##/##/####"), .lines = shipped_lines()};
  options.sequence.missing_mark = 10;
  const FieldReading reading = read_field(written("28051963", 2), shipped_cnn(), options);
  REQUIRE(reading.text == "28/05/1963");
  CHECK(reading.fits);
}

TEST_CASE("a line that was read as a whole says what stands where") {
  const GreyImage picture = written("30745", 3);
  const FieldReading reading =
      read_field(picture, shipped_cnn(), {.charset = only_digits, .candidates = 3, .lines = shipped_lines()});
  REQUIRE(reading.text == "30745");
  CHECK(reading.fits);
  CHECK(reading.misfit == 0);
  CHECK(reading.confidence > 0.5);
  CHECK(reading.confidence <= 1);
  REQUIRE(reading.characters.size() == 5);
  REQUIRE(reading.lattice.size() == 5);
  double before = -1;
  for (std::size_t i = 0; i < 5; ++i) {
    const FieldCharacter& character = reading.characters[i];
    CHECK(character.label == reading.text.substr(i, 1));
    CHECK(character.confidence > 0.5);
    REQUIRE(!character.candidates.empty());
    CHECK(character.candidates.size() <= 3);
    CHECK(character.candidates.front().label == character.label);
    const double middle = character.box.x + character.box.width / 2;
    CHECK(middle > before);
    CHECK(character.box.width > 0);
    CHECK(character.box.x + character.box.width <= static_cast<double>(picture.width()) + 2);
    CHECK(character.box.height <= static_cast<double>(picture.height()));
    before = middle;
  }
}

TEST_CASE("a pattern that the ink does not fit is said to be none") {
  const GreyImage picture = written("30745", 3);
  const ReadOptions three{.pattern = Pattern::parse("###"), .lines = shipped_lines()};
  const FieldReading reading = read_field(picture, shipped_cnn(), three);
  CHECK_FALSE(reading.fits);
  CHECK(reading.misfit > 3);
  CHECK(reading.confidence < 0.1);
  const ReadOptions five{.pattern = Pattern::parse("#####"), .lines = shipped_lines()};
  CHECK(read_field(picture, shipped_cnn(), five).fits);
}

TEST_CASE("what the network of lines does not know is read by the classifier") {
  CHECK(knows_characters(*shipped_lines(), Pattern(), only_digits));
  CHECK(knows_characters(*shipped_lines(), Pattern::parse("##/##/####"), CharSet()));
  CHECK(knows_characters(*shipped_lines(), Pattern::parse("# (#)"), CharSet()));
  CHECK_FALSE(knows_characters(*shipped_lines(), Pattern::parse("//"), only_digits));
  CHECK_FALSE(knows_characters(*shipped_lines(), Pattern(), CharSet()));
  CHECK_FALSE(knows_characters(*shipped_lines(), Pattern::parse("##A"), CharSet()));
  CHECK_FALSE(knows_characters(*shipped_lines(), Pattern(), CharSet::parse("0-9+")));
  const GreyImage picture = written("30745", 3);
  const auto text = [&](const ReadOptions& options) { return read_field(picture, shipped_cnn(), options).text; };
  CHECK(text({.lines = shipped_lines()}) == text({}));
  CHECK_THROWS_AS(text({.charset = only_digits, .lines = shipped_lines(), .sequence = {.beam = 0}}), ValueError);
}
