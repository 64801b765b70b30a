#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/form/detail/cell_grid.hpp>
#include <inkling/form/detail/field_ink.hpp>
#include <inkling/form/detail/guides.hpp>
#include <inkling/form/detail/take_out.hpp>
#include <inkling/form/read_cells.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/model/line_model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drawn_field.hpp"

namespace inkling::form {
namespace {

using test::DrawnField;
using test::FieldDrawing;

const std::filesystem::path source = INKLING_SOURCE_DIR;

const Classifier& shipped_cnn() {
  static const std::unique_ptr<Classifier> model = load_model(source / "models/cnn.safetensors");
  return *model;
}

const Dataset& digits() {
  static const Dataset test = load_sample(source / "data").second;
  return test;
}

/// An image of a digit that the shipped model is sure of among digits, so that tests are about forms.
GreyImage image_of(int digit, Rng& rng) {
  for (;;) {
    const auto i = static_cast<Index>(rng.below(static_cast<std::uint32_t>(digits().size())));
    if (static_cast<int>(digits().label(i)) != digit) continue;
    const auto pixels = digits().image(i);
    const Pixels image = Eigen::Map<const Pixels>(pixels.data(), static_cast<Index>(pixels.size()), 1);
    const Matrix probabilities = shipped_cnn().probabilities(image, 1);  // classes x 1, the digits first
    if (probabilities(digit, 0) < 0.98F * probabilities.topRows(10).sum()) continue;
    return GreyImage(28, 28, {pixels.begin(), pixels.end()});
  }
}

Field digits_field(std::size_t cells) {
  return {.name = "n", .kind = FieldKind::digits, .even_cells = cells};
}

FieldReading read_one(const Field& field, const FieldPicture& picture) {
  return read_cells(std::vector{field}, std::vector{picture}, shipped_cnn()).front();
}

/// Characters of twelve fields of four digits that are read right, of 48.
int characters_read(const FieldDrawing& drawing, double off_x = 0, double off_y = 0, double low = 0) {
  Rng rng(11);
  int right = 0;
  for (int i = 0; i < 12; ++i) {
    DrawnField drawn(4, drawing);
    std::string text;
    for (std::size_t k = 0; k < 4; ++k) {
      const int digit = static_cast<int>(rng.below(10));
      drawn.write(k, image_of(digit, rng), static_cast<double>(rng.uniform(-4, 4)),
                  low + static_cast<double>(rng.uniform(-3, 3)));
      text += static_cast<char>('0' + digit);
    }
    const FieldReading reading = read_one(digits_field(4), drawn.picture(rng, off_x, off_y));
    REQUIRE(reading.cells.size() == 4);
    for (std::size_t k = 0; k < 4; ++k) {
      const CellReading& cell = reading.cells[k];
      right += cell.status == CellStatus::read && cell.candidates.front().label == text.substr(k, 1) ? 1 : 0;
    }
  }
  return right;
}

TEST_CASE("digits in cells are read, however the cells are printed") {
  CHECK(characters_read({}) >= 46);
  CHECK(characters_read({.print = 0.3}) >= 46);
  CHECK(characters_read({.thickness = 5}) >= 46);
  CHECK(characters_read({.upper_line = false}) >= 46);
  CHECK(characters_read({.gap = 12}) >= 46);
  CHECK(characters_read({.cell = 34, .thickness = 1}) >= 45);
  CHECK(characters_read({.cell = 130, .thickness = 4}) >= 46);
}

const FieldDrawing guides{.gap = 8, .print = 0.28, .guides = true, .pen = 0.95};

TEST_CASE("digits over printed guides are read") {
  CHECK(characters_read(guides) >= 45);
}

TEST_CASE("a guide is hollow: what was written into both of two cells is none") {
  detail::CellGrid grid;
  grid.bottom = 80;
  grid.cells = {{0, 60}, {60, 120}};
  const auto drawn = [](bool filled) {
    detail::FieldInk field{.amount = FloatImage(120, 80), .place = {0, 0, 120, 80}};
    for (const Index left : {20, 80}) {
      for (Index y = 20; y <= 60; ++y) {
        for (Index x = 0; x <= 20; ++x) {
          const bool line = x < 2 || x > 18 || y < 22 || y > 58 || std::abs(y - 40) < 2;
          if (filled || line) field.amount(left + x, y) = 0.5F;
        }
      }
    }
    return field;
  };
  CHECK(detail::find_guide(drawn(false), grid).has_value());
  CHECK_FALSE(detail::find_guide(drawn(true), grid).has_value());
}

TEST_CASE("guides alone are nothing") {
  Rng rng(3);
  DrawnField drawn(3, guides);
  drawn.write(2, image_of(7, rng));
  const FieldReading reading = read_one(digits_field(3), drawn.picture(rng));
  CHECK(reading.text == "7");
  CHECK(reading.cells[0].status == CellStatus::empty);
  CHECK(reading.cells[1].status == CellStatus::empty);
}

TEST_CASE("a place that is some pixels off, and digits that cross the line, do no harm") {
  CHECK(characters_read({}, 5, 0) >= 45);
  CHECK(characters_read({}, 0, -5) >= 45);
  CHECK(characters_read({.character = 0.75}, 0, 0, 14) >= 43);
}

TEST_CASE("empty, dashed and crossed cells are three things and no digits") {
  Rng rng(5);
  DrawnField drawn(5, {});
  drawn.cross(0);
  drawn.stroke(1, 0.3, 0.5, 0.7, 0.52);
  drawn.stroke(3, 0.5, 0.48, 0.52, 0.5);  // a dot
  drawn.write(4, image_of(3, rng));
  const FieldReading reading = read_one(digits_field(5), drawn.picture(rng));
  CHECK(reading.text == "3");
  CHECK(reading.status == FieldStatus::read);
  REQUIRE(reading.cells.size() == 5);
  CHECK(reading.cells[0].status == CellStatus::crossed);
  CHECK(reading.cells[0].candidates.front().label == "X");
  CHECK(reading.cells[1].status == CellStatus::crossed);
  CHECK(reading.cells[1].candidates.front().label == "-");
  CHECK(reading.cells[2].status == CellStatus::empty);
  CHECK(reading.cells[3].status == CellStatus::empty);
  CHECK(reading.cells[4].status == CellStatus::read);

  const FieldReading nothing = read_one(digits_field(4), DrawnField(4, {}).picture(rng));
  CHECK(nothing.text == "");
  CHECK(nothing.status == FieldStatus::empty);
  for (const CellReading& cell : nothing.cells) CHECK(cell.status == CellStatus::empty);

  DrawnField crossed(2, {});
  crossed.cross(0);
  crossed.cross(1);
  CHECK(read_one(digits_field(2), crossed.picture(rng)).status == FieldStatus::crossed);
}

TEST_CASE("what looks like a letter before a crossed cell of a number is crossed out, too") {
  Rng rng(7);
  Field field = digits_field(3);
  field.empty_marks = {"X"};
  DrawnField drawn(3, {});
  drawn.stroke(0, 0.28, 0.2, 0.28, 0.8);  // an H
  drawn.stroke(0, 0.72, 0.2, 0.72, 0.8);
  drawn.stroke(0, 0.28, 0.5, 0.72, 0.5);
  DrawnField whole = drawn;
  whole.write(1, image_of(8, rng));
  drawn.cross(1);
  for (DrawnField* each : {&drawn, &whole}) each->write(2, image_of(5, rng));
  const FieldReading number = read_one(field, drawn.picture(rng));
  CHECK(number.text == "5");
  CHECK(number.cells[0].status == CellStatus::crossed);
  CHECK(read_one(field, whole.picture(rng)).text.size() == 3);
  DrawnField digit(3, {});
  digit.write(0, image_of(4, rng));  // that is surely one stays, and a hole is left
  digit.cross(1);
  digit.write(2, image_of(5, rng));
  CHECK(read_one(field, digit.picture(rng)).text == "45");
}

TEST_CASE("a flat 2 is no dash") {
  Rng rng(5);
  DrawnField drawn(2, {});
  drawn.stroke(0, 0.25, 0.42, 0.7, 0.42);
  drawn.stroke(0, 0.7, 0.42, 0.25, 0.57);
  drawn.stroke(0, 0.25, 0.57, 0.75, 0.57);
  drawn.write(1, image_of(6, rng));
  CHECK(read_one(digits_field(2), drawn.picture(rng)).text == "26");
}

TEST_CASE("print that is known is no writing, whatever crosses it") {
  Rng rng(41);
  int right = 0;
  int without = 0;
  for (int i = 0; i < 8; ++i) {
    DrawnField drawn(3, {});
    for (std::size_t k = 0; k < 3; ++k) drawn.print_hint(k, k == 0 ? -0.1 : 0.1, k == 2 ? 0.3 : 0.05);
    const FieldPicture blank = drawn.picture(rng, 0, 0);
    std::string text;
    for (std::size_t k = 0; k < 3; ++k) {
      const int digit = static_cast<int>(rng.below(10));
      drawn.write(k, image_of(digit, rng));
      text += static_cast<char>('0' + digit);
    }
    FieldPicture picture = drawn.picture(rng);
    without += read_one(digits_field(3), picture).text == text ? 1 : 0;
    picture.print = blank.picture;
    right += read_one(digits_field(3), picture).text == text ? 1 : 0;
  }
  CHECK(right >= 7);
  CHECK(without < right - 2);
}

TEST_CASE("a stroke that crosses known print stays whole, one that ends in it ends there") {
  const auto draw = [](detail::FieldInk& field, Index left, Index top, Index right, Index bottom) {
    for (Index y = top; y < bottom; ++y) std::fill(field.amount.row(y) + left, field.amount.row(y) + right, 0.8F);
  };
  detail::FieldInk blank{.amount = FloatImage(120, 80, 0.0F), .place = {0, 0, 120, 80}};
  draw(blank, 20, 40, 60, 46);  // too short for a line
  detail::FieldInk field = blank;
  draw(field, 30, 15, 36, 70);
  draw(field, 50, 15, 56, 46);
  detail::take_print_out(field, blank);
  for (Index y = 15; y < 70; ++y) CHECK(field.amount(32, y) > 0.4F);
  for (Index y = 41; y < 45; ++y) {
    for (const Index x : {22, 43, 53, 58}) CHECK(field.amount(x, y) == 0);
  }
}

TEST_CASE("print is looked for some pixels off, and empty cells with print are empty") {
  Rng rng(43);
  DrawnField drawn(3, {});
  for (std::size_t k = 0; k < 3; ++k) drawn.print_hint(k, 0.3, 0.3);
  const FieldPicture blank = drawn.picture(rng);
  FieldPicture picture = drawn.picture(rng);
  picture.print = GreyImage(blank.picture.width(), blank.picture.height(), 235);
  for (Index y = 2; y < blank.picture.height(); ++y) {  // two rows lower, a column to the left
    std::copy(blank.picture.row(y - 2) + 1, blank.picture.row(y - 2) + blank.picture.width(), picture.print->row(y));
  }
  CHECK(read_one(digits_field(3), picture).status == FieldStatus::empty);
}

TEST_CASE("writing in what was learnt from filled pages is not taken out") {
  Rng rng(45);
  DrawnField drawn(2, {});
  for (std::size_t k = 0; k < 2; ++k) drawn.write(k, image_of(static_cast<int>(4 + k), rng));
  FieldPicture picture = drawn.picture(rng);
  picture.print = picture.picture;
  picture.print_is_learnt = true;
  CHECK(read_one(digits_field(2), picture).text == "45");
  picture.print_is_learnt = false;
  CHECK(read_one(digits_field(2), picture).text != "45");
}

TEST_CASE("a lone 1 beside the border is a 1") {
  Rng rng(9);
  for (const double u : {0.12, 0.5, 0.88}) {
    DrawnField drawn(3, {});
    drawn.stroke(1, u, 0.2, u, 0.8);
    const FieldReading reading = read_one(digits_field(3), drawn.picture(rng));
    CAPTURE(u);
    CHECK(reading.text == "1");
  }
}

/// A 0 as a compass draws it.
GreyImage ring() {
  GreyImage image(28, 28);
  for (Index y = 0; y < 28; ++y) {
    for (Index x = 0; x < 28; ++x) {
      const double apart = std::hypot(static_cast<double>(x) - 13.5, static_cast<double>(y) - 13.5);
      image(x, y) = std::abs(apart - 12) < 1.2 ? 255 : 0;
    }
  }
  return image;
}

std::string text_of_ring(double size) {
  Rng rng(9);
  DrawnField drawn(3, {.character = size});
  drawn.write(1, ring());
  return read_one(digits_field(3), drawn.picture(rng)).text;
}

TEST_CASE("a 0 that nearly touches both sides, or does, is a 0") {
  for (const double size : {0.85, 0.98, 1.02}) {
    CAPTURE(size);
    CHECK(text_of_ring(size) == "0");
  }
}

TEST_CASE("the page tells paper from ink where a field is empty") {
  Rng rng(13);
  DrawnField written(3, {});
  written.write(0, image_of(4, rng));
  DrawnField watermark(3, {.pen = 0.12});  // as pale as a watermark
  watermark.write(1, image_of(8, rng));
  const std::vector<Field> fields{digits_field(3), digits_field(3), digits_field(3)};
  const std::vector<FieldPicture> pictures{written.picture(rng), watermark.picture(rng), written.picture(rng)};
  const std::vector<FieldReading> readings = read_cells(fields, pictures, shipped_cnn());
  REQUIRE(readings.size() == 3);
  CHECK(readings[0].text == "4");
  CHECK(readings[1].text == "");
  CHECK(readings[2].text == "4");
}

TEST_CASE("characters on a bare line are read where they stand") {
  Rng rng(17);
  DrawnField line(3, {.upper_line = false, .between = false});
  for (std::size_t k = 0; k < 3; ++k)
    line.write(k, image_of(static_cast<int>(2 + k), rng), 8.0 - 9.0 * static_cast<double>(k));
  Field field = digits_field(3);
  field.style = CellStyle::line;
  CHECK(read_one(field, line.picture(rng)).text == "234");
}

/// Capitals of straight strokes in the middle of a cell: lines of u0, v0, u1, v1 in shares of it.
void write_letter(DrawnField& drawn, std::size_t cell, char letter) {
  const std::vector<std::vector<double>> strokes =
      letter == 'M' ? std::vector<std::vector<double>>{{0.25, 0.8, 0.25, 0.2},
                                                       {0.25, 0.2, 0.5, 0.6},
                                                       {0.5, 0.6, 0.75, 0.2},
                                                       {0.75, 0.2, 0.75, 0.8}}
      : letter == 'A'
          ? std::vector<std::vector<double>>{{0.25, 0.8, 0.5, 0.2}, {0.5, 0.2, 0.75, 0.8}, {0.35, 0.6, 0.65, 0.6}}
          : std::vector<std::vector<double>>{{0.28, 0.2, 0.5, 0.5}, {0.72, 0.2, 0.5, 0.5}, {0.5, 0.5, 0.5, 0.8}};
  for (const std::vector<double>& s : strokes) drawn.stroke(cell, s[0], s[1], s[2], s[3]);
}

/// A date with the name MAY, whose digits stand before and behind it; a blank: a cell without anything.
FieldPicture date_in_may(const std::string& text, const FieldDrawing& drawing, Rng& rng) {
  DrawnField drawn(text.size(), drawing);
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] == ' ') continue;
    if (text[k] >= '0' && text[k] <= '9') {
      drawn.write(k, image_of(text[k] - '0', rng));
    } else {
      write_letter(drawn, k, text[k]);
    }
  }
  return drawn.picture(rng);
}

TEST_CASE("a date's month may be a name, in cells and on a line") {
  Rng rng(53);
  for (const std::string text : {"12MAY2019", "05MAY86", "12 MAY 2019", "20052019"}) {
    CAPTURE(text);
    Field boxes{.name = "d", .kind = FieldKind::date, .even_cells = text.size()};
    const FieldReading reading = read_one(boxes, date_in_may(text, {}, rng));
    CHECK(reading.text == text);
    CHECK(reading.confidence > 0.5);
    CHECK(reading.cells.size() == text.size());
  }
  const FieldDrawing bare{.cell = 60, .upper_line = false, .between = false, .ends = false};
  const Field line{.name = "d", .kind = FieldKind::date, .style = CellStyle::line};
  for (const std::string text : {"12 MAY 2019", "7 MAY 86"}) {
    CAPTURE(text);
    const FieldReading reading = read_one(line, date_in_may(text, bare, rng));
    CHECK(reading.text == text);
    CHECK(reading.confidence > 0.5);
  }
}

TEST_CASE("characters in boxes that were ignored are read where they stand") {
  Rng rng(17);
  DrawnField crowded(3, {.character = 0.4});
  for (int k = 0; k < 3; ++k) crowded.write(0, image_of(5 + k, rng), -18.0 + 18.0 * k);
  CHECK(read_one(digits_field(3), crowded.picture(rng)).text == "567");
  DrawnField joined(3, {.character = 0.4});
  joined.write(0, image_of(2, rng), -10);
  joined.write(0, image_of(6, rng), 8);
  joined.stroke(0, 0.35, 0.66, 0.6, 0.66);  // the 2 runs on into the 6
  CHECK(read_one(digits_field(3), joined.picture(rng)).text.size() == 2);
}

TEST_CASE("a 1 at the end of what stands free is no printed side") {
  Rng rng(21);
  const Field field{.name = "n", .kind = FieldKind::digits, .style = CellStyle::line};
  for (const double u : {0.03, 0.08, 0.15}) {
    DrawnField drawn(3, {.upper_line = false, .between = false, .ends = false});
    drawn.stroke(0, u, 0.2, u, 0.85);
    for (std::size_t k = 1; k < 3; ++k)
      drawn.write(k, image_of(static_cast<int>(2 + k), rng), -20.0 * static_cast<double>(k));
    CAPTURE(u);
    CHECK(read_one(field, drawn.picture(rng)).text == "134");
  }
}

TEST_CASE("strokes at even distances above a base line divide nothing") {
  Rng rng(29);
  const Field field{.name = "n", .kind = FieldKind::digits};  // whose number of cells is not known
  DrawnField drawn(5, {.upper_line = false, .between = false, .ends = false});
  drawn.write(0, image_of(2, rng));
  for (const std::size_t k : {0U, 1U, 2U, 3U}) drawn.stroke(k, 1, 0.15, 1, 0.75);
  const FieldReading reading = read_one(field, drawn.picture(rng));
  CHECK(reading.text == "21111");
}

TEST_CASE("a comb whose number of teeth is not known is counted") {
  Rng rng(31);
  const Field field{.name = "n", .kind = FieldKind::digits};
  DrawnField drawn(5, {.upper_line = false});
  for (std::size_t k = 0; k < 3; ++k) drawn.write(k, image_of(static_cast<int>(3 + k), rng));
  const FieldReading reading = read_one(field, drawn.picture(rng));
  CHECK(reading.cells.size() == 5);
  CHECK(reading.text == "345");
}

TEST_CASE("a rule that comes in from beside the field is print as far as the writing") {
  Rng rng(37);
  DrawnField drawn(5, {.between = false, .ends = false});
  drawn.rule_from_left(0.5, 138);
  for (std::size_t k = 2; k < 5; ++k) drawn.write(k, image_of(0, rng));
  const FieldPicture picture = drawn.picture(rng);
  const detail::FieldInk field = detail::find_field_ink(picture.picture, picture.place);
  const detail::CellGrid grid = detail::find_cells(field, 1);
  const double row = (picture.place.y + 0.5 * picture.place.height) * field.scale;
  const auto rule = std::find_if(grid.level.begin(), grid.level.end(), [&](const detail::PrintedLine& line) {
    return std::abs(static_cast<double>(line.path.centre.front()) - row) < 5;
  });
  REQUIRE(rule != grid.level.end());
  const double end = (picture.place.x + 138) * field.scale;
  CHECK(rule->path.first <= 2);
  CHECK(std::abs(static_cast<double>(rule->path.first + rule->path.length()) - end) < 12);
}

TEST_CASE("a stroke at the place of a line that is not there is writing") {
  Rng rng(23);
  Field field = digits_field(6);
  DrawnField drawn(6, {.between = false});
  drawn.write(0, image_of(4, rng));
  for (const std::size_t k : {1U, 3U}) drawn.stroke(k, 1, 0.15, 1, 0.9);
  CHECK(read_one(field, drawn.picture(rng)).text == "411");
}

TEST_CASE("a thin stroke that is broken is whole") {
  Rng rng(25);
  DrawnField drawn(3, {.cell = 200, .thickness = 3, .character = 0.3});
  drawn.write(0, image_of(3, rng));
  drawn.stroke(1, 0.5, 0.42, 0.5, 0.5);
  drawn.stroke(1, 0.5, 0.53, 0.5, 0.57);  // alone, it would be a speck
  drawn.write(2, image_of(2, rng));
  CHECK(read_one(digits_field(3), drawn.picture(rng)).text == "312");
}

/// Says the same of every line.
class SureOf : public LineModel {
 public:
  explicit SureOf(std::string text) : text_(std::move(text)) {
    for (char c = '0'; c <= '9'; ++c) names_.emplace_back(1, c);
  }
  const std::vector<std::string>& class_names() const noexcept override { return names_; }
  Index height() const noexcept override { return 40; }
  LineSteps steps(const FloatImage&) const override {
    const auto length = static_cast<Index>(text_.size());
    Matrix result = Matrix::Constant(11, 2 * length, std::log(0.001F));  // classes and the blank x steps
    for (Index t = 0; t < result.cols(); ++t) {
      result(t % 2 == 0 ? text_[static_cast<std::size_t>(t / 2)] - '0' : 10, t) = std::log(0.99F);
    }
    return {.log_probabilities = result};
  }

 private:
  std::string text_;
  std::vector<std::string> names_;
};

TEST_CASE("a second opinion makes a reading surer or less sure") {
  for (const bool free : {false, true}) {
    Rng rng(27);
    DrawnField drawn(3, {.between = !free});
    for (std::size_t k = 0; k < 3; ++k) drawn.write(k, image_of(static_cast<int>(2 + k), rng));
    Field field = digits_field(3);
    if (free) field.style = CellStyle::line;
    const FieldPicture picture = drawn.picture(rng);
    const auto confidence = [&](std::shared_ptr<const LineModel> lines) {
      const FieldReading reading =
          read_cells(std::vector{field}, std::vector{picture}, shipped_cnn(), {.lines = std::move(lines)}).front();
      CHECK(reading.text == "234");
      return reading.confidence;
    };
    CAPTURE(free);
    const double alone = confidence(nullptr);
    CHECK(confidence(std::make_shared<SureOf>("234")) > alone);
    CHECK(confidence(std::make_shared<SureOf>("284")) < alone - 0.01);
    CHECK(confidence(std::make_shared<SureOf>("23")) < alone - 0.01);
  }
}

TEST_CASE("a second opinion leaves letters and empty fields as they are") {
  Rng rng(29);
  DrawnField drawn(3, {});
  const FieldPicture empty = drawn.picture(rng);
  drawn.write(0, image_of(7, rng));
  const FieldPicture written = drawn.picture(rng);
  const std::vector<Field> fields{digits_field(3), {.name = "w", .kind = FieldKind::upper, .even_cells = 3}};
  const std::vector<FieldPicture> pictures{empty, written};
  CHECK(read_cells(fields, pictures, shipped_cnn(), {.lines = std::make_shared<SureOf>("12")}) ==
        read_cells(fields, pictures, shipped_cnn()));
}

TEST_CASE("a number with a hole is less sure") {
  const auto confidence = [](std::size_t second, std::shared_ptr<const LineModel> lines) {
    Rng rng(31);
    DrawnField drawn(3, {});
    drawn.write(0, image_of(3, rng));
    drawn.write(second, image_of(2, rng));
    const FieldReading reading = read_cells(std::vector{digits_field(3)}, std::vector{drawn.picture(rng)},
                                            shipped_cnn(), {.lines = std::move(lines)})
                                     .front();
    CHECK(reading.confidence > 0.4);
    return reading.confidence;
  };
  CHECK(confidence(1, nullptr) > 0.9);
  CHECK(confidence(2, nullptr) < 0.5);
  // Who was shown the digits alone does not know of the hole.
  CHECK(confidence(2, std::make_shared<SureOf>("32")) <= 0.5);
}

TEST_CASE("a signature is there or not") {
  Rng rng(19);
  const Field field{.name = "s", .kind = FieldKind::signature};
  DrawnField empty(4, {.upper_line = false, .between = false});
  CHECK(read_one(field, empty.picture(rng)).status == FieldStatus::empty);
  DrawnField drawn(4, {.upper_line = false, .between = false});
  for (std::size_t k = 0; k < 4; ++k) {
    drawn.stroke(k, 0.1, 0.8, 0.5, 0.2);
    drawn.stroke(k, 0.5, 0.2, 0.9, 0.8);
  }
  const FieldReading signed_one = read_one(field, drawn.picture(rng));
  CHECK(signed_one.status == FieldStatus::read);
  CHECK(signed_one.text == "yes");
}

TEST_CASE("each field needs its picture, and a picture has pixels") {
  const std::vector<Field> two(2);
  const std::vector<FieldPicture> one(1);
  CHECK_THROWS_WITH_AS(read_cells(two, one, shipped_cnn()),
                       doctest::Contains("expected a picture for each of 2 fields, got 1"), ShapeError);
  CHECK_THROWS_AS(read_one(digits_field(3), {}), ShapeError);
}

}  // namespace
}  // namespace inkling::form
