#include <inkling/form/results/labelled_cells.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace inkling::form;

inkling::form::FieldReading field_of(const std::string& text, const std::vector<CellStatus>& cells) {
  inkling::form::FieldReading field{.name = "a", .text = text, .status = FieldStatus::read, .decided_by = "Ann"};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    field.cells.push_back({.status = cells[i], .place = upright(10.0 * static_cast<double>(i), 0, 10, 10)});
  }
  return field;
}

std::string shown(const inkling::form::FieldReading& field) {
  std::string text;
  for (const LabelledCell& cell : labelled_cells(field)) text += cell.label + std::to_string(cell.cell) + " ";
  return text;
}

constexpr CellStatus ink = CellStatus::read;
constexpr CellStatus none = CellStatus::empty;

TEST_CASE("labelled cells: characters go to their cells, in order") {
  CHECK(shown(field_of("123", {ink, ink, ink})) == "10 21 32 ");
  CHECK(shown(field_of("12", {none, ink, ink})) == "11 22 ");
  CHECK(shown(field_of("1.33", {ink, ink, ink})) == "10 31 32 ");
  CHECK(shown(field_of("29.11.2026", std::vector<CellStatus>(8, ink))).size() == 24);
  CHECK(shown(field_of("A B", {ink, none, ink})) == "A0 B2 ");
  CHECK(shown(field_of("12", {CellStatus::crossed, ink, ink})) == "");  // which is which?
  CHECK(shown(field_of("1234", {ink, ink, ink})) == "");
  CHECK(shown(field_of("", {none, none})) == "");
  CHECK(labelled_cells(field_of("12", {none, ink, ink}))[0].place == upright(10, 0, 10, 10));
}

TEST_CASE("labelled cells: only what a person decided") {
  inkling::form::FieldReading field = field_of("123", {ink, ink, ink});
  field.decided_by = "";
  CHECK(labelled_cells(field).empty());
  field = field_of("123", {ink, ink, ink});
  field.status = FieldStatus::crossed;
  CHECK(labelled_cells(field).empty());
}

}  // namespace
