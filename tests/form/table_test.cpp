#include <inkling/form/layout/ruled_lines.hpp>
#include <inkling/form/layout/table.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "drawn_form.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;
using inkling::test::Brush;

/// Rows of 40 and columns of 60 from (60, 50), with something written in every second cell.
GreyImage draw_table(int rows, int columns, std::uint8_t ink = 60) {
  GreyImage page(900, 640, 245);
  Brush brush(page, 1);
  for (int r = 0; r <= rows; ++r) brush.fill(60, 50 + 40 * r, 60 * columns + 2, 2, ink);
  for (int c = 0; c <= columns; ++c) brush.fill(60 + 60 * c, 50, 2, 40 * rows + 2, ink);
  Rng rng(3);
  for (int r = 0; r < rows; ++r) {
    for (int c = r % 2; c < columns; c += 2) brush.stroke(75 + 60 * c, 56 + 40 * r, 30, rng);
  }
  return page;
}

double worst_corner(const Table& table, const std::function<Point(Point)>& truth) {
  double worst = 0;
  for (const GridCell& cell : table.cells) {
    const Quad place = upright(61 + 60.0 * static_cast<double>(cell.column), 51 + 40.0 * static_cast<double>(cell.row),
                               60.0 * static_cast<double>(cell.column_span), 40.0 * static_cast<double>(cell.row_span));
    for (std::size_t i = 0; i < 4; ++i) {
      const Point p = truth(place[i]);
      worst = std::max(worst, std::hypot(p.x - cell.place[i].x, p.y - cell.place[i].y));
    }
  }
  return worst;
}

TEST_CASE("a line is followed over gaps, and goes straight on beyond its ends") {
  GreyImage ink(40, 200);
  for (Index y = 20; y < 180; ++y) {
    if (y > 90 && y < 98) continue;
    for (Index x = 15; x < 18; ++x) ink(x + y / 20, y) = 200;  // slanted by 1 in 20
  }
  const std::vector<RuledLine> lines = follow_lines(ink);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].first == 20);
  CHECK(lines[0].end() == 180);
  CHECK(lines[0].thickness == doctest::Approx(3));
  CHECK(std::abs(lines[0].at(100) - 21.5) < 1);
  CHECK(std::abs(lines[0].at(195) - 25.7) < 1);
  CHECK(lines[0].seen_between(30, 80) == doctest::Approx(1));
  CHECK(lines[0].seen_between(91, 98) == doctest::Approx(0));
  CHECK(lines[0].seen_between(180, 190) == doctest::Approx(0));
}

TEST_CASE("a table is found cell by cell") {
  const GreyImage page = draw_table(12, 8);
  const std::vector<Table> tables = find_tables(page);
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].rows == 12);
  CHECK(tables[0].columns == 8);
  REQUIRE(tables[0].cells.size() == 96);
  CHECK(tables[0].drawn > 0.95);
  CHECK(worst_corner(tables[0], [](Point p) { return p; }) < 1.5);
  REQUIRE(tables[0].at(3, 5) != nullptr);
  CHECK(tables[0].at(3, 5)->row == 3);
  CHECK(tables[0].at(3, 5)->column == 5);
  CHECK(tables[0].at(12, 0) == nullptr);
}

TEST_CASE("a faint table on a bent sheet in perspective") {
  const GreyImage page = draw_table(12, 8, 200);
  Eigen::Matrix3d m;
  m << 0.92, 0.06, 30, -0.05, 0.95, 40, 1e-4, 5e-5, 1;
  const Homography flat(m);
  const Homography back = flat.inverse();
  const auto bend = [](double x) { return 5 * std::sin(x / 120); };
  GreyImage photo = test::photograph(page, 900, 660, [&](Point p) { return back({p.x, p.y - bend(p.x)}); });
  test::spoil(photo, 3, 0.4F);
  const std::vector<Table> tables = find_tables(photo);
  REQUIRE_FALSE(tables.empty());
  CHECK(tables[0].rows == 12);
  CHECK(tables[0].columns == 8);
  CHECK(worst_corner(tables[0], [&](Point p) {
          const Point q = flat(p);
          return Point{q.x, q.y + bend(q.x)};
        }) < 2.5);
}

TEST_CASE("pieces of lines may be missing, and cells that are open to one another are one") {
  GreyImage page = draw_table(6, 6);
  Brush brush(page, 1);
  brush.fill(130, 85, 30, 10, 245);   // a piece of a level line
  brush.fill(235, 140, 12, 30, 245);  // most of a side
  brush.fill(300, 52, 4, 37, 245);    // the side between two cells of the first row
  brush.fill(240, 52, 4, 37, 245);
  brush.fill(360, 52, 4, 37, 245);
  brush.fill(180, 52, 4, 37, 245);
  brush.fill(120, 52, 4, 37, 245);  // the first row is a title now
  const std::vector<Table> tables = find_tables(page);
  REQUIRE_FALSE(tables.empty());
  CHECK(tables[0].rows == 6);
  CHECK(tables[0].columns == 6);
  REQUIRE(tables[0].at(0, 0) != nullptr);
  CHECK(tables[0].at(0, 0)->column_span == 6);
  CHECK(tables[0].at(0, 5) == tables[0].at(0, 0));
  CHECK(tables[0].cells.size() == 31);
}

TEST_CASE("no grid, no table") {
  CHECK(find_tables(GreyImage()).empty());
  CHECK(find_tables(GreyImage(10, 10, 0)).empty());
  CHECK(find_tables(GreyImage(800, 600, 255)).empty());
  GreyImage writing(800, 600, 240);
  Brush brush(writing, 1);
  Rng rng(1);
  for (int line = 0; line < 20; ++line) brush.words(40, 30 + 26 * line, 700, 14, rng);
  CHECK(find_tables(writing).empty());
  GreyImage noise(300, 300, 128);
  test::spoil(noise, 60, 0);
  CHECK(find_tables(noise).empty());
}

}  // namespace
