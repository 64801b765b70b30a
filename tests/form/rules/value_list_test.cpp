#include <inkling/form/rules/apply_rules.hpp>
#include <inkling/form/rules/value_list.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

using namespace inkling;
using namespace inkling::form;

/// Every letter has 0.7, another 0.2; empty cells behind.
form::FieldReading written(const std::string& text, std::size_t cells) {
  form::FieldReading reading{.name = "who", .text = text, .status = FieldStatus::read, .confidence = 0.5};
  for (std::size_t i = 0; i < cells; ++i) {
    CellReading cell;
    if (i < text.size() && text[i] != ' ') {
      const char other = text[i] == 'Z' ? 'A' : static_cast<char>(text[i] + 1);
      cell = {.candidates = {{std::string(1, text[i]), 0.7}, {std::string(1, other), 0.2}}, .status = CellStatus::read};
    }
    reading.cells.push_back(cell);
  }
  return reading;
}

Field field_with(std::vector<std::string> values, double margin = 3) {
  Field field{.name = "who", .kind = FieldKind::upper, .even_cells = 10};
  field.list = ValueList{.values = std::move(values), .file = {}, .margin = margin};
  return field;
}

PageReading read_page(const Field& field, const form::FieldReading& reading) {
  FormTemplate form{.name = "list"};
  form.fields.push_back(field);
  PageReading page{.file = "p.png", .status = PageStatus::read};
  page.fields.push_back(reading);
  apply_rules(form, compile_rules(form), page);
  return page;
}

TEST_CASE("lists: the nearest value wins, keeps what was read beside it, and says so") {
  const Field field = field_with({"ANNA", "BERTA", "CAROLINE", "BERND"});
  const PageReading page = read_page(field, written("BFRTA", 10));
  CHECK(page.fields[0].text == "BERTA");
  CHECK(page.fields[0].plain == "BFRTA");
  CHECK(page.fields[0].changed_by == "list of values");
  CHECK(page.fields[0].status == FieldStatus::read);
  CHECK(page.fields[0].confidence > 0.95);
}

TEST_CASE("lists: a cell that was left out, one too many, a value longer than the field") {
  const Field field = field_with({"ANNA", "BERTA", "CAROLINE", "MAXIMILIANUS"});
  CHECK(match_list(field, written("CARLINE", 10)).candidates[0].text == "CAROLINE");
  CHECK(match_list(field, written("CARROLINE", 10)).candidates[0].text == "CAROLINE");
  CHECK(match_list(field, written("MAXIMILIAN", 10)).candidates[0].text == "MAXIMILIANUS");
  CHECK(match_list(field, written("MAXIMILIAN", 10)).outside < 0.01);
}

TEST_CASE("lists: two values that are equally near are told") {
  const PageReading page = read_page(field_with({"HANS", "HANT", "XAVER"}), [] {
    form::FieldReading reading = written("HAN", 4);
    reading.cells[3] = {.candidates = {{"S", 0.5}, {"T", 0.45}}, .status = CellStatus::read};
    reading.text = "HANS";
    return reading;
  }());
  CHECK(page.fields[0].status == FieldStatus::doubtful);
  CHECK(page.fields[0].reason == "in the list of values, 'HANS' is not clear of 'HANT'");
}

TEST_CASE("lists: what is far from all of them is kept and told") {
  const PageReading page = read_page(field_with({"ANNA", "BERTA"}), written("QUIXOTE", 10));
  CHECK(page.fields[0].text == "QUIXOTE");
  CHECK(page.fields[0].changed_by.empty());
  CHECK(page.fields[0].status == FieldStatus::doubtful);
  CHECK(page.fields[0].reason.starts_with("not in the list of values; the nearest is "));
}

TEST_CASE("lists: an empty field stays empty") {
  form::FieldReading reading = written("", 10);
  reading.status = FieldStatus::empty;
  reading.confidence = 1;
  const PageReading page = read_page(field_with({"ANNA"}), reading);
  CHECK(page.fields[0].text.empty());
  CHECK(page.fields[0].status == FieldStatus::empty);
}

TEST_CASE("lists: ten thousand numbers, one digit of which is read wrong") {
  std::vector<std::string> ids;
  for (int i = 0; i < 10000; ++i) ids.push_back(std::to_string(100000000 + (i * 7919LL * 104729LL) % 900000000LL));
  Field field = field_with(ids);
  field.kind = FieldKind::digits;
  int right = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    form::FieldReading reading{.name = "who", .status = FieldStatus::read, .confidence = 0.8};
    std::string text = ids[i * 500];
    text[i % 9] = text[i % 9] == '9' ? '0' : static_cast<char>(text[i % 9] + 1);
    reading.text = text;
    for (const char c : text) {
      CellReading cell{.status = CellStatus::read};
      for (char digit = '0'; digit <= '9'; ++digit) {
        cell.candidates.push_back({std::string(1, digit), digit == c ? 0.91 : 0.01});
      }
      reading.cells.push_back(cell);
    }
    const ListMatch match = match_list(field, reading);
    right += match.candidates[0].text == ids[i * 500] ? 1 : 0;
    double sum = match.outside;
    for (const TextCandidate& candidate : match.candidates) sum += std::exp(candidate.log_probability);
    CHECK(sum <= 1.000001);
    CHECK(sum > 0.99);
  }
  CHECK(right == 20);
}

TEST_CASE("lists: a line that was read as a whole") {
  Field field = field_with({"Anna Müller", "Berta Meier"});
  field.kind = FieldKind::text;
  form::FieldReading reading{.name = "who", .text = "Ana Muller", .status = FieldStatus::read, .confidence = 0.5};
  reading.alternatives = {{"Ana Muller", 0.5}, {"Ana Miller", 0.1}};
  CHECK(match_list(field, reading).candidates[0].text == "Anna Müller");
}

}  // namespace
