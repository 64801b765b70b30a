#include <inkling/form/rules/date.hpp>
#include <inkling/form/rules/number.hpp>
#include <inkling/form/rules/value.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace inkling::form;

TEST_CASE("numbers: a count is taken only when its groups are right") {
  CHECK(parse_count("0").value == 0);
  CHECK(parse_count("00330").value == 330);
  CHECK(parse_count(" 100 ").value == 100);
  CHECK(parse_count("1.000.000").value == 1000000);
  CHECK(parse_count("1 000").value == 1000);
  CHECK(parse_count("12,345").value == 12345);
  for (const std::string text : {"300,00", "10000.000", "100 10", "-100", "a100", "100.", "1.000,000", "1..000", ".100",
                                 "", " ", "1|2", "1.0000"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_count(text).value.has_value());
    CHECK_FALSE(parse_count(text).problem.empty());
  }
  CHECK(parse_count("300,00").problem == "'300,00' has a group of other than three digits");
  CHECK(parse_count("a100").problem == "'a100' has a 'a'");
  CHECK_FALSE(parse_count("12345678901234567890").value.has_value());
  CHECK(parse_count("00000000000000000000000007").value == 7);
}

TEST_CASE("numbers: decimals keep their sign wherever it stands") {
  CHECK(parse_decimal("1.33").value == doctest::Approx(1.33));
  CHECK(parse_decimal("9,10").value == doctest::Approx(9.1));
  CHECK(parse_decimal("-0.02").value == doctest::Approx(-0.02));
  CHECK(parse_decimal("7").value == 7);
  for (const std::string text : {"1.000.0", "1/2", "", ".", ".5", "5.", "--1", "1e5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text).value.has_value());
  }
}

TEST_CASE("dates: only days of the calendar") {
  CHECK(parse_date("01011970", "DDMMYYYY").days == 0);
  CHECK(parse_date("1970-01-02", "YYYY-MM-DD").days == 1);
  CHECK(parse_date("31.12.69", "DD.MM.YY").days == parse_date("31122069", "DDMMYYYY").days);
  CHECK(parse_date("290200", "DDMMYY").days.has_value());
  CHECK_FALSE(parse_date("29021900", "DDMMYYYY").days.has_value());
  CHECK(parse_date("31042020", "DDMMYYYY").problem == "'31042020' is no day of the calendar");
  CHECK(parse_date("1012020", "DDMMYYYY").problem == "'1012020' has 7 digits, a date DDMMYYYY has 8");
  CHECK_FALSE(parse_date("0101X970", "DDMMYYYY").days.has_value());
}

TEST_CASE("dates: the month may be a name") {
  for (const std::string text : {"12MAR2019", "12 mar 2019", "12-Mar-2019"}) {
    CAPTURE(text);
    CHECK(parse_date(text, "DDMMYYYY").days == parse_date("12032019", "DDMMYYYY").days);
    CHECK(parse_date(text, "DD MMM YYYY").days == parse_date("12032019", "DDMMYYYY").days);
  }
  CHECK(parse_date("12032019", "DDMMMYYYY").days == parse_date("12032019", "DDMMYYYY").days);
  CHECK(parse_date("1 JAN 1970", "DDMMMYYYY").days == 0);
  CHECK(parse_date("2019 MAR 12", "YYYY-MM-DD").days == parse_date("12032019", "DDMMYYYY").days);
  CHECK(parse_date("31 FEB 2020", "DDMMYYYY").problem == "'31 FEB 2020' is no day of the calendar");
  CHECK_FALSE(parse_date("12 MAY MAY 2020", "DDMMYYYY").days.has_value());
}

TEST_CASE("texts: cells become the text of a field") {
  const Field digits{.name = "n", .kind = FieldKind::digits};
  CHECK(compose_text(digits, {"0", "1", "2"}) == "012");
  CHECK(compose_text(digits, {"", "1", "2"}) == "12");
  CHECK(compose_text(digits, {"1", "", "2", ""}) == "1 2");
  CHECK(compose_text(digits, {"", ""}).empty());
  CHECK(compose_text({.name = "m", .kind = FieldKind::decimal, .decimals = 2}, {"", "9", "1", "0"}) == "9.10");
  CHECK(compose_text({.name = "m", .kind = FieldKind::decimal, .decimals = 2}, {"", "", "1", "0"}) == "0.10");
  const Field date{.name = "d", .kind = FieldKind::date, .format = "DD.MM.YY"};
  CHECK(compose_text(date, {"0", "1", "0", "2", "9", "9"}) == "01.02.99");
  CHECK(compose_text(date, {"0", "1", "", "2", "9", "9"}) == "01. 2.99");
}

}  // namespace
