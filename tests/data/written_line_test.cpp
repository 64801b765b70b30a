#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/data/written_line.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace inkling;

namespace {

const LineWriter& writer() {
  static const LineWriter all({load_sample(std::filesystem::path(INKLING_SOURCE_DIR) / "data").first});
  return all;
}

/// Nothing but the digits, on white paper.
LineHabits clean() {
  LineHabits habits;
  for (float* share : {&habits.other_signs, &habits.joined, &habits.pressure, &habits.grain, &habits.faint,
                       &habits.rules, &habits.light, &habits.texture, &habits.waves, &habits.blur, &habits.noise,
                       &habits.specks, &habits.blocks, &habits.one_bit, &habits.boxes, &habits.low_resolution}) {
    *share = 0;
  }
  return habits;
}

}  // namespace

TEST_CASE("numbers are digits and signs, of every kind") {
  Rng rng(1);
  std::set<char> seen;
  int dates = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = written_number(rng);
    CHECK(text.find_first_not_of("0123456789.,-/=") == std::string::npos);
    CHECK(text.find_first_of("0123456789") != std::string::npos);
    CHECK(text.size() <= 14);
    seen.insert(text.begin(), text.end());
    dates += std::count(text.begin(), text.end(), '/') == 2 ? 1 : 0;
  }
  CHECK(seen.size() == 15);
  CHECK(dates > 40);
  CHECK(dates < 140);  // a third of 12 %
}

TEST_CASE("a line is the same for the same seed, and another for another") {
  Rng first(7);
  Rng second(7);
  Rng other(8);
  const Pixels line = writer().write("1.250-", first);
  CHECK((line.array() == writer().write("1.250-", second).array()).all());
  const Pixels another = writer().write("1.250-", other);
  CHECK((another.rows() != line.rows() || another.cols() != line.cols() || another != line));
}

TEST_CASE("a line has ink where its characters are, and paper around") {
  const LineWriter plain({load_sample(std::filesystem::path(INKLING_SOURCE_DIR) / "data").first}, clean());
  std::array<double, 2> widths{};  // in heights of the paper
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    const Pixels one = plain.write("8", rng);
    const Pixels six = plain.write("888888", rng);
    for (const Pixels* line : {&one, &six}) {
      CHECK(line->minCoeff() < 150);
      CHECK(line->maxCoeff() > 110);                       // paper may be grey
      CHECK(line->row(0).maxCoeff() == line->maxCoeff());  // the first column: a slanted foot may reach it
    }
    widths[0] += static_cast<double>(one.rows()) / static_cast<double>(one.cols());
    widths[1] += static_cast<double>(six.rows()) / static_cast<double>(six.cols());
  }
  CHECK(widths[1] > 2.5 * widths[0]);
}

TEST_CASE("signs before a number stand beside it") {
  LineHabits habits = clean();
  habits.other_signs = 1;
  const LineWriter plain({load_sample(std::filesystem::path(INKLING_SOURCE_DIR) / "data").first}, habits);
  int apart = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rng rng(seed);
    const Pixels line = plain.write("8", rng);
    int groups = 0;  // of columns with ink
    bool before = false;
    for (Index x = 0; x < line.rows(); ++x) {
      const bool ink = line.row(x).minCoeff() < line.maxCoeff() - 60;
      groups += ink && !before ? 1 : 0;
      before = ink;
    }
    apart += groups >= 3 ? 1 : 0;
  }
  CHECK(apart >= 8);
}

TEST_CASE("every habit gives a line that is a picture") {
  LineHabits all;
  for (float* share : {&all.barred_sevens, &all.flagged_ones, &all.mirrored_nines, &all.ticked_fives, &all.joined_zeros,
                       &all.joined,        &all.small_cents,  &all.other_signs,    &all.pressure,     &all.grain,
                       &all.faint,         &all.rules,        &all.light,          &all.texture,      &all.waves,
                       &all.blur,          &all.noise,        &all.specks,         &all.blocks,       &all.one_bit}) {
    *share = 1;
  }
  const Dataset digits = load_sample(std::filesystem::path(INKLING_SOURCE_DIR) / "data").first;
  for (const float boxes : {0.0F, 1.0F}) {
    all.boxes = boxes;
    const LineWriter busy({digits, digits.take(2000)}, all);
    Rng rng(3);
    for (int i = 0; i < 60; ++i) {
      const std::string text = i % 2 == 0 ? written_number(rng) : "1195,57";
      const Pixels line = busy.write(text, rng);
      CHECK(line.rows() >= 8);
      CHECK(line.cols() >= 20);
      CHECK(line.rows() < 2000);
    }
  }
}

TEST_CASE("digits are known by the names of their classes") {
  Pixels pixels(4, 11);
  for (Index i = 0; i < pixels.cols(); ++i) pixels.col(i).setConstant(static_cast<std::uint8_t>(10 * i));
  const Dataset hand({2, 2, 1}, pixels, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                     {"+", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  const LineWriter writer({hand});
  Rng rng(1);
  for (int digit = 0; digit < 10; ++digit) CHECK(writer.image(0, digit, rng).front() == 10 * (digit + 1));
}

TEST_CASE("what cannot be written is refused") {
  Rng rng(1);
  CHECK_THROWS_AS(writer().write("", rng), ValueError);
  CHECK_THROWS_AS(writer().write("12a", rng), ValueError);
  CHECK_THROWS_AS(LineWriter({}), ValueError);
  const Dataset digits = load_sample(std::filesystem::path(INKLING_SOURCE_DIR) / "data").first;
  std::vector<Index> zeros;
  for (Index i = 0; i < digits.size(); ++i) {
    if (digits.label(i) == 0) zeros.push_back(i);
  }
  CHECK_THROWS_WITH_AS(LineWriter({digits.subset(zeros)}), "LineWriter: hand 0 has no image of the digit 1",
                       ValueError);
  CHECK_THROWS_AS(LineWriter({digits}, {.waves = 2}), ValueError);
  CHECK_THROWS_AS(LineWriter({Dataset({2, 3, 1}, Pixels::Zero(6, 10), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                                      {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})}),
                  ShapeError);
}
