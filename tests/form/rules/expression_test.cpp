#include <inkling/core/error.hpp>
#include <inkling/form/rules/evaluate.hpp>
#include <inkling/form/rules/expression.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace {

using namespace inkling;
using namespace inkling::form;

using Texts = std::map<std::string, std::string>;

/// All fields are digits, but those whose name begins with t are texts, with d dates, with m decimals, with x ticks.
Field field_of(const std::string& name) {
  Field field{.name = name, .kind = FieldKind::digits};
  if (name.starts_with("t")) field.kind = FieldKind::upper;
  if (name.starts_with("d")) field.kind = FieldKind::date;
  if (name.starts_with("m")) field.kind = FieldKind::decimal;
  if (name.starts_with("x")) field.kind = FieldKind::tick;
  return field;
}

RuleResult check(const std::string& rule, const Texts& texts) {
  std::vector<std::string> known;
  for (const auto& [name, text] : texts) known.push_back(name);
  const ParsedRule parsed = parse_rule(rule, known);
  std::vector<Value> values;
  for (const std::string& name : parsed.fields) {
    const auto found = texts.find(name);
    values.push_back(found == texts.end() ? Value{.missing = true, .reason = "there is no field '" + name + "'"}
                                          : field_value(field_of(name), found->second));
  }
  return evaluate(parsed, values);
}

bool holds(const std::string& rule, const Texts& texts) {
  return check(rule, texts).outcome == RuleOutcome::holds;
}
bool broken(const std::string& rule, const Texts& texts) {
  return check(rule, texts).outcome == RuleOutcome::broken;
}
bool unchecked(const std::string& rule, const Texts& texts) {
  return check(rule, texts).outcome == RuleOutcome::unchecked;
}

std::string message(const std::string& rule) {
  try {
    parse_rule(rule, {"votes01", "votes02", "valid"});
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("rules: sums, comparisons and precedence") {
  const Texts votes{{"a", "012"}, {"b", "115"}, {"c", "127"}};
  CHECK(holds("a + b = c", votes));
  CHECK(holds("a+b==c", votes));
  CHECK(holds("c - b - a = 0", votes));
  CHECK(holds("c - (b - a) = 24", votes));
  CHECK(holds("1 + 2 * 3 = 7", {}));
  CHECK(holds("8 / 4 / 2 = 1", {}));
  CHECK(holds("-a + c = b", votes));
  CHECK(holds("sum(a..c) = 254", votes));
  CHECK(holds("sum(a, b, c, 1) = 255", votes));
  CHECK(holds("max(a..c) = c and min(a..c) = a", votes));
  CHECK(holds("abs(a - b) = 103", votes));
  CHECK(holds("10 <= a < b <= 127", votes));
  CHECK(broken("10 <= a < b <= 114", votes));
  CHECK(holds("a <> b and not a > b", votes));
  CHECK(holds("if a > 100 then b > 1000", votes));
  CHECK(broken("if a < 100 then b > 1000", votes));
  CHECK(holds("a = 1 or b = 115", votes));
  CHECK(check("a + b = c", {{"a", "12"}, {"b", "115"}, {"c", "128"}}).reason ==
        "127 is not 128 (a = 12, b = 115, c = 128)");
}

TEST_CASE("rules: decimals are added without rounding away") {
  CHECK(holds("m1 + m2 = m3", {{"m1", "0.1"}, {"m2", "0,2"}, {"m3", "0.30"}}));
  CHECK(broken("m1 + m2 = m3", {{"m1", "0.1"}, {"m2", "0.2"}, {"m3", "0.31"}}));
}

TEST_CASE("rules: a tolerance is a part of the rule") {
  const auto sum = [](const char* total) { return Texts{{"a", "100"}, {"b", total}}; };
  CHECK(holds("a = b within 3", sum("103")));
  CHECK(broken("a = b within 3", sum("104")));
  CHECK(holds("a = b within 3%", sum("103")));
  CHECK(broken("a = b within 3%", sum("104")));
}

TEST_CASE("rules: empty, crossed and 0 are three things") {
  CHECK(holds("a + b = c", {{"a", "0"}, {"b", "5"}, {"c", "5"}}));
  CHECK(unchecked("a + b = c", {{"a", ""}, {"b", "5"}, {"c", "5"}}));
  CHECK(check("a + b = c", {{"a", ""}, {"b", "5"}, {"c", "5"}}).reason == "cannot be checked: 'a' is empty");
  CHECK(check("a + b = c", {{"a", "XX-"}, {"b", "5"}, {"c", "5"}}).reason == "cannot be checked: 'a' is crossed out");
  CHECK(holds("a + b = c", {{"a", "XX2"}, {"b", "--5"}, {"c", "7"}}));
  CHECK(unchecked("a + b = c", {{"a", "1 2"}, {"b", "5"}, {"c", "7"}}));
  CHECK(check("3 + 4 + 5 = c", {{"c", ""}}).outcome == RuleOutcome::unchecked);
  CHECK(check("3 + 4 + 5 = c", {{"c", "0"}}).outcome == RuleOutcome::broken);
  CHECK(holds("default(a, 0) + b = c", {{"a", ""}, {"b", "5"}, {"c", "5"}}));
  CHECK(unchecked("a + b = missing", {{"a", "1"}, {"b", "5"}}));
  CHECK(check("a + b = missing", {{"a", "1"}, {"b", "5"}}).reason == "cannot be checked: there is no field 'missing'");
}

TEST_CASE("rules: what is missing leaves a truth open only where it matters") {
  const Texts texts{{"a", "1"}, {"b", ""}};
  CHECK(broken("a = 2 and b = 1", texts));
  CHECK(unchecked("a = 1 and b = 1", texts));
  CHECK(holds("a = 1 or b = 1", texts));
  CHECK(unchecked("not b = 1", texts));
  CHECK(holds("count(a, b) = 1", texts));
  CHECK(holds("sum(x1..x3) = 1", {{"x1", ""}, {"x2", "1"}, {"x3", ""}}));
}

TEST_CASE("rules: ranges, sets, regular expressions, dates, check digits") {
  CHECK(holds("a in 0..999", {{"a", "999"}}));
  CHECK(broken("a in 1..999", {{"a", "0"}}));
  CHECK(holds("m in -0.5..0.5", {{"m", "-0.02"}}));
  CHECK(holds("t in {A, B, 'C+'}", {{"t", "C+"}}));
  CHECK(broken("t in {A, B}", {{"t", "C"}}));
  CHECK(holds("a in {1, 2, 3}", {{"a", "02"}}));
  CHECK(broken("a = '7'", {{"a", "007"}}));
  CHECK(holds("a = 7", {{"a", "007"}}));
  CHECK(holds("t matches /[A-Z]{2}\\/[0-9]+/", {{"t", "AB/12"}}));
  CHECK(broken("t matches /[A-Z]/", {{"t", "AB"}}));
  CHECK(holds("length(t) = 2", {{"t", "Äß"}}));
  CHECK(holds("date(d)", {{"d", "29022024"}}));
  CHECK(broken("date(d)", {{"d", "29022023"}}));
  CHECK(unchecked("date(d)", {{"d", ""}}));
  CHECK(holds("d1 < d2", {{"d1", "31121999"}, {"d2", "01012000"}}));
  CHECK(holds("d2 - d1 = 1", {{"d1", "31121999"}, {"d2", "01012000"}}));
  CHECK(holds("luhn(a)", {{"a", "4111111111111111"}}));
  CHECK(broken("luhn(a)", {{"a", "4111111111111112"}}));
  CHECK(holds("iban(t)", {{"t", "DE89370400440532013000"}}));
}

TEST_CASE("rules: names that are no words stand in brackets") {
  CHECK(holds("[a 1] + [2] = 5", {{"a 1", "2"}, {"2", "3"}}));
  CHECK(message("1L = 2") ==
        "'1L = 2': a name that begins with a digit is written in brackets, such as [1L], at character 1");
}

TEST_CASE("rules: messages say what was expected, what came, and where") {
  CHECK(message("votes01 + = valid") ==
        "'votes01 + = valid': expected a field, a number or (, got '=' at character 11");
  CHECK(message("votes01 + votes02") ==
        "'votes01 + votes02': expected a comparison, such as a + b = c, and found only a value");
  CHECK(message("votes01 = valid valid") ==
        "'votes01 = valid valid': expected the end of the rule, got 'valid' at character 17");
  CHECK(message("summ(votes01) = valid") ==
        "'summ(votes01) = valid': there is no function 'summ'; did you mean 'sum'?");
  CHECK(message("sum(votes01..votes3) = valid") ==
        "'sum(votes01..votes3) = valid': there is no field 'votes3'; did you mean 'votes01'?");
  CHECK(message("sum(valid..votes01) = 1") ==
        "'sum(valid..votes01) = 1': 'votes01' comes before 'valid' in the template");
  CHECK(message("valid matches /[/").starts_with("'valid matches /[/': /[/ is no regular expression"));
  CHECK(message("valid matches [x]") ==
        "'valid matches [x]': expected a regular expression between / and /, got 'x' at character 15");
  CHECK(message("(valid = 1") == "'(valid = 1': expected ), got the end");
  CHECK(message("valid = 'a") == "'valid = 'a': expected a closing ' for what begins at character 9");
  CHECK(message("valid # 1") == "'valid # 1': '#' is no part of the language, at character 7");
  CHECK(message("valid < 1 within 2") == "'valid < 1 within 2': within belongs to =, and to nothing else");
  CHECK(message("abs(valid, 1) = 1") == "'abs(valid, 1) = 1': abs takes 1 arguments, got 2");
  CHECK(message("") == "'': expected a field, a number or (, got the end");
  CHECK(message("(valid = 1) + 1 = 2") == "'(valid = 1) + 1 = 2': a comparison cannot be calculated with");
  CHECK(message(std::string(5000, '(') + "1").ends_with("is nested too deeply"));
  CHECK(message("not " + std::string(3000, '-') + "1 = 1").ends_with("is nested too deeply"));
}

TEST_CASE("rules: no text does anything but parse or throw FormatError") {
  const std::string whole =
      "if sum(votes01..votes02) * 2 <= -3.5 then [valid] in {A, 'b', 1} or valid matches /x+/ and not date(valid)";
  CHECK(message(whole) == "accepted");
  for (std::size_t i = 0; i <= whole.size(); ++i) {
    message(whole.substr(0, i));
    message(whole.substr(i));
    for (const char c : std::string("(){}[]'/.,=<%-a1 \xC3")) {
      std::string changed = whole;
      if (i < changed.size()) changed[i] = c;
      message(changed);
    }
  }
}

}  // namespace
