#include <inkling/core/error.hpp>
#include <inkling/form/layout/cells.hpp>
#include <inkling/form/layout/learn.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "drawn_form.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;
using inkling::test::Brush;
using inkling::test::draw_form;
using inkling::test::DrawnForm;

/// The field whose place is within `tolerance` pixels of a box; nullptr when there is none.
const Field* at(const std::vector<Field>& fields, const Quad& box, double tolerance) {
  for (const Field& field : fields) {
    double worst = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      worst = std::max(worst, std::hypot(field.place[i].x - box[i].x, field.place[i].y - box[i].y));
    }
    if (worst <= tolerance) return &field;
  }
  return nullptr;
}

TEST_CASE("closed cells: a box, a circle, a broken line, and what is open") {
  GreyImage page(400, 300, 255);
  Brush brush(page, 1);
  brush.frame(40, 40, 80, 30);
  brush.frame(160, 40, 80, 30);
  brush.fill(190, 39, 5, 4, 255);  // a gap of 5 in a line
  brush.frame(280, 40, 80, 30);
  brush.fill(300, 39, 40, 4, 255);  // half of a side is missing
  for (int y = -9; y <= 9; ++y) {
    for (int x = -9; x <= 9; ++x) {
      const double r = std::hypot(x, y);
      if (r > 7 && r < 9) page(80 + x, 150 + y) = 0;
    }
  }
  std::vector<ClosedCell> cells = find_closed_cells(page, {.least = 6});
  REQUIRE(cells.size() == 3);
  std::sort(cells.begin(), cells.end(), [](const ClosedCell& a, const ClosedCell& b) { return a.box.x < b.box.x; });
  CHECK(std::abs(cells[0].box.x - 42) <= 1);
  CHECK(std::abs(cells[0].box.width - 77) <= 3);
  CHECK(std::abs(cells[0].box.height - 28) <= 3);
  CHECK_FALSE(cells[0].round);
  CHECK(cells[0].alone);
  CHECK(cells[0].print == 0);
  CHECK(cells[1].round);
  CHECK(std::abs(cells[2].box.x - 162) <= 1);
}

TEST_CASE("the fields of a blank form") {
  const DrawnForm form = draw_form({.scale = 1.5});
  const std::vector<GreyImage> pages{form.page};
  const LearntForm learnt = learn_form(pages, {.name = "drawn"});
  CHECK(learnt.form.name == "drawn");
  CHECK(learnt.form.page.width == 1241);
  CHECK(learnt.form.page.height == 1754);
  REQUIRE(learnt.form.fields.size() == form.boxes.size());
  for (std::size_t i = 0; i < form.boxes.size(); ++i) {
    CAPTURE(i);
    const Field& field = learnt.form.fields[i];
    const std::string number = std::to_string(i + 1);
    CHECK(field.name == "field" + (number.size() < 2 ? "0" + number : number));
    CHECK(field.kind == FieldKind::digits);
    CHECK(field.style == CellStyle::boxes);
    CHECK(cells_of(field).size() == 6);
    CHECK(at({field}, form.boxes[i], 4) != nullptr);
  }
  REQUIRE(learnt.remarks.size() == 1);  // one page cannot tell print from writing
}

TEST_CASE("filled pages show what is printed on them") {
  std::vector<GreyImage> pages;
  for (const std::uint64_t writer : {11, 12, 13, 14}) {
    const GreyImage page = draw_form({.writer = writer}).page;
    const double turn = 0.004 * static_cast<double>(writer - 11);
    pages.push_back(test::photograph(
        page, page.width(), page.height(),
        [&](Point p) {
          return Point{p.x - turn * p.y + turn * 500, p.y + turn * p.x};
        },
        250));
  }
  const DrawnForm blank = draw_form();
  std::vector<std::string> remarks;
  const GreyImage print = learn_print(pages, remarks);
  CHECK(remarks.empty());
  // The first page was not turned: its frame is the blank form's. Inside the boxes nearly all ink is gone.
  double ink_before = 0;
  double ink_after = 0;
  for (const Quad& box : blank.boxes) {
    for (int cell = 0; cell < 6; ++cell) {
      for (auto y = static_cast<Index>(box[0].y) + 4; y < static_cast<Index>(box[2].y) - 4; ++y) {
        for (Index x = static_cast<Index>(box[0].x) + 28 * cell + 4; x < static_cast<Index>(box[0].x) + 28 * cell + 24;
             ++x) {
          ink_before += pages[0](x, y) < 150 ? 1 : 0;
          ink_after += print(x, y) < 150 ? 1 : 0;
        }
      }
    }
  }
  CHECK(ink_before > 3000);
  CHECK(ink_after < 0.12 * ink_before);
  const std::vector<Field> fields = propose_fields(print);
  std::size_t found = 0;
  for (const Quad& box : blank.boxes) found += at(fields, box, 5) != nullptr ? 1 : 0;
  CHECK(found >= 10);  // of 12
}

TEST_CASE("a page of another form is left out, and said so") {
  const std::vector<GreyImage> pages{draw_form({.writer = 1}).page, draw_form({.writer = 2}).page,
                                     draw_form({.writer = 3}).page, draw_form({.seed = 77, .writer = 4}).page};
  std::vector<std::string> remarks;
  learn_print(pages, remarks);
  REQUIRE(remarks.size() == 1);
  CHECK(remarks[0].find("page 4 was left out") != std::string::npos);
  CHECK_THROWS_AS(learn_print({}, remarks), ValueError);
}

TEST_CASE("bubbles, ticks, tables, lines and wide boxes have their kinds") {
  GreyImage page(1240, 1754, 255);
  Brush brush(page, 1);
  const auto bubble = [&](int cx, int cy) {
    for (int y = -14; y <= 14; ++y) {
      for (int x = -14; x <= 14; ++x) {
        const double r = std::hypot(x, y);
        if (r > 10.5 && r < 13) page(cx + x, cy + y) = 0;
      }
    }
  };
  for (int question = 0; question < 5; ++question) {
    for (int answer = 0; answer < 4; ++answer) bubble(200 + 50 * answer, 200 + 50 * question);
  }
  for (int digit = 0; digit < 10; ++digit) {
    for (int place = 0; place < 3; ++place) bubble(700 + 50 * place, 150 + 45 * digit);
  }
  brush.frame(200, 700, 18, 18);     // a tick box
  brush.frame(200, 800, 500, 60);    // a wide box
  brush.fill(200, 1000, 600, 2, 0);  // a line
  for (int row = 0; row <= 6; ++row) brush.fill(200, 1100 + 50 * row, 602, 2, 0);
  for (int column = 0; column <= 4; ++column) brush.fill(200 + 150 * column, 1100, 2, 302, 0);
  for (int bar = 0; bar <= 8; ++bar) brush.fill(300 + 40 * bar, 1550, 2, 20, 0);
  brush.fill(300, 1570, 322, 2, 0);  // a comb of eight
  const std::vector<Field> fields = propose_fields(page);
  const auto count = [&](FieldKind kind) {
    return std::count_if(fields.begin(), fields.end(), [&](const Field& field) { return field.kind == kind; });
  };
  CHECK(count(FieldKind::choice) == 8);  // five questions, three digits
  CHECK(count(FieldKind::tick) == 1);
  CHECK(count(FieldKind::table) == 1);
  CHECK(count(FieldKind::text) == 2);
  for (const Field& field : fields) {
    CAPTURE(field.name);
    if (field.kind == FieldKind::table) {
      CHECK(field.rows == 6);
      CHECK(field.columns.size() == 4);
    }
    if (field.kind == FieldKind::choice) CHECK((field.cells.size() == 4 || field.cells.size() == 10));
    if (field.style == CellStyle::comb) CHECK(field.even_cells == 8);
  }
  CHECK(std::count_if(fields.begin(), fields.end(), [](const Field& f) { return f.style == CellStyle::comb; }) == 1);
  const RgbImage drawn = draw_fields(page, fields);
  CHECK(drawn.width() == page.width());
  CHECK(std::any_of(drawn.values().begin(), drawn.values().end(), [](const auto& p) { return p[0] != p[1]; }));
  CHECK(propose_fields(GreyImage(500, 500, 255)).empty());
}

}  // namespace
