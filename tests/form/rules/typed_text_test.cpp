#include <inkling/form/rules/typed_text.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace inkling::form;

Field field_of(FieldKind kind, std::size_t cells = 0) {
  return {.name = "a", .kind = kind, .place = upright(0, 0, 90, 9), .even_cells = cells};
}

std::string text_of(const Field& field, const std::string& typed) {
  const TypedText result = typed_text(field, typed);
  CAPTURE(typed);
  CHECK(result.problem == "");
  return result.text;
}

std::string problem_of(const Field& field, const std::string& typed) {
  const TypedText result = typed_text(field, typed);
  CAPTURE(typed);
  CHECK_FALSE(result.problem.empty());
  return result.problem;
}

TEST_CASE("typed: counts as people type and paste them") {
  const Field count = field_of(FieldKind::digits);
  CHECK(text_of(count, "1.000") == "1000");
  CHECK(text_of(count, "1,234,567") == "1234567");
  CHECK(text_of(count, "1 000") == "1000");
  CHECK(text_of(count, " 42 ") == "42");
  CHECK(text_of(count, "\t42\r\n") == "42");
  CHECK(text_of(count,
                "\xC2\xA0"
                "42\xC2\xA0") == "42");
  CHECK(text_of(count, "0") == "0");
  CHECK(text_of(count, "033") == "033");
  CHECK(text_of(count, "12345678901234567890") == "12345678901234567890");
  CHECK(problem_of(count, "300,00") == "'300,00' has a group of other than three digits");
  for (const std::string typed : {"10000.000", "100 10", "-100", "a100", "100.", "1.000,000", "1|2"}) {
    problem_of(count, typed);
  }
  CHECK(problem_of(count, "1\t2").find("more than one value") != std::string::npos);
  CHECK(problem_of(count, "1\n2").find("more than one value") != std::string::npos);
}

TEST_CASE("typed: identifiers keep their zeros, and a wrong length is refused") {
  Field id = field_of(FieldKind::digits, 9);
  CHECK(text_of(id, "000118796") == "000118796");
  CHECK(problem_of(id, "0001187960") == "'0001187960' has 10 characters, the field has 9 cells");
  CHECK(text_of(id, "118796") == "118796");
  id.pattern = "#########";
  CHECK(text_of(id, "000118796") == "000118796");
  CHECK(problem_of(id, "118796") == "'118796' does not fit the pattern #########");
  Field code = field_of(FieldKind::mixed);
  code.pattern = "AA*#";
  CHECK(text_of(code, "AB12") == "AB12");
  problem_of(code, "AB");
  problem_of(code, "A12");
  Field grade = field_of(FieldKind::upper);
  grade.charset = "A-F";
  CHECK(text_of(grade, "b") == "B");
  CHECK(problem_of(grade, "G") == "'G' has a 'G', the field has A-F");
}

TEST_CASE("typed: decimals, dates, marks and choices") {
  Field price = field_of(FieldKind::decimal);
  CHECK(text_of(price, "300,00") == "300.00");
  CHECK(text_of(price, "-0.02") == "-0.02");
  problem_of(price, "1.000,50");
  price.decimals = 2;
  CHECK(text_of(price, "1,33") == "1.33");
  CHECK(problem_of(price, "1.000").find("has 3 digits behind") != std::string::npos);

  Field day = field_of(FieldKind::date, 8);
  day.format = "DD.MM.YYYY";
  CHECK(text_of(day, "29112026") == "29.11.2026");
  CHECK(text_of(day, "29/11/2026") == "29.11.2026");
  CHECK(text_of(day, "31.02.2026") == "31.02.2026");  // what was written is what counts
  CHECK(problem_of(day, "29.11.26").find("has 6 digits") != std::string::npos);
  CHECK(text_of(day, "29 Nov 2026") == "29 NOV 2026");
  CHECK(text_of(day, "9-nov-2026") == "9-NOV-2026");
  CHECK(problem_of(day, "29 Nov 26").find("has 4 digits") != std::string::npos);
  problem_of(day, "29 Now 2026");

  const Field count = field_of(FieldKind::digits, 3);
  CHECK(typed_text(count, "  ").status == FieldStatus::empty);
  CHECK(typed_text(count, "X") == TypedText{.text = "", .status = FieldStatus::crossed, .problem = ""});
  CHECK(typed_text(count, "---").status == FieldStatus::crossed);
  CHECK(typed_text(count, "0").status == FieldStatus::read);

  Field choice = field_of(FieldKind::choice, 3);
  CHECK(text_of(choice, "b") == "B");
  CHECK(text_of(choice, "CA") == "A+C");
  CHECK(text_of(choice, "A + C") == "A+C");
  problem_of(choice, "D");
  choice.even_cells = 0;
  choice.cells = {{.place = {}, .value = "yes"}, {.place = {}, .value = "no"}};
  CHECK(text_of(choice, "YES") == "yes");
  CHECK(text_of(field_of(FieldKind::tick), "x") == "yes");
  problem_of(field_of(FieldKind::tick), "perhaps");
  CHECK(text_of(field_of(FieldKind::text), "-") == "-");
  CHECK(text_of(field_of(FieldKind::text), "\t \xC2\xA0 a b \t\r\n") == "a b");
  CHECK(text_of(field_of(FieldKind::text), " Zoe \xC3\xA9 ") == "Zoe \xC3\xA9");
  problem_of(field_of(FieldKind::text), std::string(2000, 'a'));
}

}  // namespace
