#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/data/written_line.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/read/read_field.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
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

/// Says a text in any line, each character with this probability and else the first class.
class Saying final : public LineModel {
 public:
  Saying(std::string text, float probability) : text_(std::move(text)), probability_(probability) {}

  const std::vector<std::string>& class_names() const noexcept override { return names_; }
  Index height() const noexcept override { return 40; }

  LineSteps steps(const FloatImage& line) const override {
    const auto classes = static_cast<Index>(names_.size());
    const auto count = static_cast<Index>(2 * text_.size());
    Matrix log_probabilities = Matrix::Constant(classes + 1, count, -100);
    for (Index t = 0; t < count; ++t) {
      const std::string label(1, text_[static_cast<std::size_t>(t / 2)]);
      const Index said = t % 2 == 0 ? std::find(names_.begin(), names_.end(), label) - names_.begin() : classes;
      log_probabilities(0, t) = std::log(1 - probability_);
      log_probabilities(said, t) = said == classes ? 0 : std::log(probability_);
    }
    return {std::move(log_probabilities), 0, static_cast<double>(line.width()) / static_cast<double>(count)};
  }

 private:
  std::string text_;
  float probability_;
  std::vector<std::string> names_{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", ",", "-", "/", "="};
};

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

TEST_CASE("a number with its signs is read as one where nothing says what is written") {
  int amounts = 0;
  int dates = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const ReadOptions anything{.lines = shipped_lines()};
    amounts += read_field(written("1.485,27", seed), shipped_cnn(), anything).text == "1.485,27" ? 1 : 0;
    const ReadOptions ten{.pattern = Pattern::parse("?{10}"), .lines = shipped_lines()};
    dates += read_field(written("28/05/1963", seed), shipped_cnn(), ten).text == "28/05/1963" ? 1 : 0;
  }
  CHECK(amounts >= 2);
  CHECK(dates >= 3);
}

TEST_CASE("a line is a number where that is more probable than not, and than its characters") {
  const GreyImage picture = written("30745", 3);
  const auto text = [&](const std::string& said, float probability, ReadOptions options = {}) {
    options.lines = std::make_shared<Saying>(said, probability);
    return read_field(picture, shipped_cnn(), options).text;
  };
  const FieldReading by_characters = read_field(picture, shipped_cnn());
  REQUIRE(by_characters.confidence < 0.97);
  CHECK(text("1/2", 0.999F) == "1/2");
  CHECK(text("1/2", 0.7F) == by_characters.text);  // all of it with 0.7^3
  CHECK(text("12", 0.999F) == by_characters.text);
  CHECK(text("1/2", 0.999F, {.charset = CharSet::parse("letters,0-9")}) ==
        read_field(picture, shipped_cnn(), {.charset = CharSet::parse("letters,0-9")}).text);
  CHECK(text("1/2", 0.999F, {.pattern = Pattern::parse("?/?")}) ==
        read_field(picture, shipped_cnn(), {.pattern = Pattern::parse("?/?")}).text);
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
  const ReadOptions letters{.charset = CharSet::parse("letters"), .lines = shipped_lines()};
  CHECK(text(letters) == text({.charset = CharSet::parse("letters")}));
  CHECK_THROWS_AS(text({.charset = only_digits, .lines = shipped_lines(), .sequence = {.beam = 0}}), ValueError);
}
