#include <inkling/core/rng.hpp>
#include <inkling/form/rules/apply_rules.hpp>
#include <inkling/form/rules/evaluate.hpp>
#include <inkling/form/rules/joint_reading.hpp>
#include <inkling/form/template_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

using namespace inkling;
using namespace inkling::form;

JointField random_field(Rng& rng, const std::string& name, std::size_t cells, std::size_t choices) {
  form::FieldReading reading{.name = name, .text = {}};
  const Field field{.name = name, .kind = FieldKind::digits, .even_cells = cells};
  for (std::size_t i = 0; i < cells; ++i) {
    CellReading cell{.status = CellStatus::read};
    std::vector<int> digits{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (std::size_t k = 0; k < choices; ++k) {
      std::swap(digits[k], digits[k + static_cast<std::size_t>(rng.below(static_cast<std::uint32_t>(10 - k)))]);
      cell.candidates.push_back({std::to_string(digits[k]), 0.01 + 0.3 * rng.uniform()});
    }
    if (i == 0) cell.candidates.push_back({"", 0.01 + 0.1 * rng.uniform()});
    reading.cells.push_back(cell);
  }
  JointField joint{.candidates = text_candidates(field, reading)};
  for (const TextCandidate& candidate : joint.candidates) joint.values.push_back(field_value(field, candidate.text));
  return joint;
}

/// Tries everything.
std::vector<Assignment> brute_force(const std::vector<JointField>& fields, const std::vector<JointRule>& rules) {
  std::vector<Assignment> good;
  std::vector<std::size_t> choice(fields.size(), 0);
  const auto outcomes = [&](const auto& choose) {
    std::vector<RuleOutcome> result;
    for (const JointRule& rule : rules) {
      std::vector<Value> values;
      for (const std::size_t f : rule.fields) values.push_back(fields[f].values[choose(f)]);
      result.push_back(outcome(*rule.rule, values));
    }
    return result;
  };
  const auto plain = outcomes([&](std::size_t f) { return fields[f].plain; });
  while (true) {
    const auto now = outcomes([&](std::size_t f) { return choice[f]; });
    bool allowed = true;
    for (std::size_t i = 0; i < now.size(); ++i) {
      allowed = allowed && (now[i] == RuleOutcome::holds ||
                            (now[i] == RuleOutcome::unchecked && plain[i] == RuleOutcome::unchecked));
    }
    if (allowed) {
      Assignment assignment{.choice = choice};
      for (std::size_t f = 0; f < fields.size(); ++f) {
        assignment.log_probability += fields[f].candidates[choice[f]].log_probability;
      }
      good.push_back(assignment);
    }
    std::size_t f = 0;
    while (f < fields.size() && ++choice[f] == fields[f].candidates.size()) choice[f++] = 0;
    if (f == fields.size()) break;
  }
  std::stable_sort(good.begin(), good.end(),
                   [](const Assignment& a, const Assignment& b) { return a.log_probability > b.log_probability; });
  return good;
}

void compare(Rng& rng, const std::vector<std::string>& rule_texts, std::size_t cells, std::size_t choices) {
  std::vector<ParsedRule> parsed;
  std::vector<std::string> names;
  std::vector<JointField> fields;
  std::vector<JointRule> rules;
  for (const std::string& text : rule_texts) parsed.push_back(parse_rule(text));
  for (const ParsedRule& rule : parsed) {
    JointRule joint{.rule = &rule};
    for (const std::string& name : rule.fields) {
      auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) {
        names.push_back(name);
        fields.push_back(random_field(rng, name, cells, choices));
        found = names.end() - 1;
      }
      joint.fields.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    rules.push_back(joint);
  }
  const std::vector<Assignment> expected = brute_force(fields, rules);
  const JointSearchResult found = joint_search(fields, rules, {.assignments = 10});
  REQUIRE(found.complete);
  REQUIRE(found.assignments.empty() == expected.empty());
  for (std::size_t i = 0; i < found.assignments.size(); ++i) {
    CHECK(found.assignments[i].log_probability == doctest::Approx(expected[i].log_probability));
  }
  const auto within = std::count_if(expected.begin(), expected.end(), [&](const Assignment& assignment) {
    return assignment.log_probability > expected.front().log_probability - 5.99;
  });
  CHECK(found.assignments.size() >= std::min<std::size_t>(10, static_cast<std::size_t>(within)));
}

TEST_CASE("joint reading: the search finds what trying everything finds") {
  Rng rng(7);
  for (int trial = 0; trial < 8; ++trial) {
    compare(rng, {"a + b = c"}, 2, 3);
    compare(rng, {"a + b = c", "c + d = e"}, 2, 2);
    compare(rng, {"a + b = c", "a - b = d", "c in 10..60"}, 2, 2);
    compare(rng, {"2 * a + b = c + 3"}, 2, 3);
    compare(rng, {"a * b = c"}, 2, 3);
    compare(rng, {"a < b", "b < c"}, 2, 3);
    compare(rng, {"luhn(a)"}, 3, 4);
    compare(rng, {"sum(a, b, c, d) = e"}, 1, 3);
    compare(rng, {"a = b within 5"}, 2, 3);
    compare(rng, {"a = b or a + c = b"}, 2, 2);
  }
}

TEST_CASE("joint reading: the best texts of a field come in order, and each once") {
  Rng rng(3);
  const JointField field = random_field(rng, "a", 3, 4);
  CHECK(field.candidates.size() == 80);  // 4 x 4 x (4 + empty)
  double sum = 0;
  for (std::size_t i = 0; i < field.candidates.size(); ++i) {
    if (i > 0) CHECK(field.candidates[i].log_probability <= field.candidates[i - 1].log_probability);
    for (std::size_t k = 0; k < i; ++k) CHECK(field.candidates[k].text != field.candidates[i].text);
    sum += std::exp(field.candidates[i].log_probability);
  }
  CHECK(sum > 0);
}

/// A cell that may hold each label with a probability.
CellReading cell(const std::vector<form::Candidate>& candidates) {
  return {.candidates = candidates, .status = CellStatus::read};
}

/// Digits read with certainty, but for the given alternatives of single cells: {"012", {1, "7", 0.1}} may be 072.
struct Doubt {
  std::size_t cell;
  std::string label;
  double probability;
};

form::FieldReading reading_of(const std::string& name, const std::string& text, const std::vector<Doubt>& doubts = {}) {
  form::FieldReading reading{.name = name, .text = text, .status = FieldStatus::read, .confidence = 1};
  if (text.empty()) reading.status = FieldStatus::empty;
  for (const char c : text) reading.cells.push_back(cell({{std::string(1, c), 0.9999}}));
  for (const Doubt& doubt : doubts) {
    CellReading& at = reading.cells[doubt.cell];
    at.candidates[0].probability = 1 - doubt.probability;
    at.candidates.push_back({doubt.label, doubt.probability});
    reading.confidence *= 1 - doubt.probability;
  }
  return reading;
}

FormTemplate votes_form(const std::string& rules) {
  std::string fields;
  for (const char* name : {"votes01", "votes02", "valid", "invalid", "total"}) {
    fields += (fields.empty() ? "" : ",") + std::string("{\"name\":\"") + name +
              "\",\"kind\":\"digits\",\"box\":[0,0,90,30],\"cells\":3}";
  }
  return parse_template(R"({"inkling_form":1,"name":"c1","page":{"width":100,"height":100},"fields":[)" + fields +
                        R"(],"rules":[)" + rules + "]}")
      .form;
}

PageReading read_page(const FormTemplate& form, std::vector<form::FieldReading> fields,
                      const ApplyRulesOptions& options = {}) {
  PageReading page{.file = "p.png", .form = form.name, .status = PageStatus::read};
  page.fields = std::move(fields);
  apply_rules(form, compile_rules(form), page, options);
  return page;
}

const std::string sum_rule = R"("votes01 + votes02 = valid")";

TEST_CASE("rules on a page: what holds is confirmed") {
  const FormTemplate form = votes_form(sum_rule);
  const PageReading page = read_page(
      form, {reading_of("votes01", "012", {{2, "7", 0.2}}), reading_of("votes02", "115"), reading_of("valid", "127")});
  CHECK(page.status == PageStatus::read);
  CHECK(page.rules[0].outcome == RuleOutcome::holds);
  CHECK(page.fields[0].text == "012");
  CHECK(page.fields[0].changed_by.empty());
  CHECK_FALSE(page.fields[0].plain.has_value());
  CHECK(page.fields[0].confidence > 0.99);  // 0.8 without the rule
}

TEST_CASE("rules on a page: the most probable assignment that satisfies the rule wins, and says so") {
  const FormTemplate form = votes_form(sum_rule);
  const PageReading page = read_page(
      form, {reading_of("votes01", "017", {{2, "2", 0.3}}), reading_of("votes02", "115"), reading_of("valid", "127")});
  CHECK(page.rules[0].outcome == RuleOutcome::holds);
  CHECK(page.fields[0].text == "012");
  CHECK(page.fields[0].plain == "017");
  CHECK(page.fields[0].changed_by == "votes01 + votes02 = valid");
  CHECK(page.fields[0].status == FieldStatus::read);
  CHECK(page.fields[0].confidence > 0.95);
  CHECK(page.fields[1].changed_by.empty());
}

TEST_CASE("rules on a page: a change that is not sure enough is doubtful") {
  const FormTemplate form = votes_form(sum_rule);
  // Two ways to close the sum, nearly alike.
  const PageReading page = read_page(form, {reading_of("votes01", "017", {{2, "2", 0.2}}), reading_of("votes02", "115"),
                                            reading_of("valid", "127", {{1, "3", 0.18}, {2, "2", 0.5}})});
  CHECK(page.rules[0].outcome == RuleOutcome::holds);
  CHECK(page.status == PageStatus::doubtful);
  bool told = false;
  for (const form::FieldReading& field : page.fields) {
    if (field.changed_by.empty()) continue;
    told = true;
    CHECK(field.status == FieldStatus::doubtful);
    CHECK(field.plain.has_value());
    CHECK_FALSE(field.reason.empty());
  }
  CHECK(told);
}

TEST_CASE("rules on a page: a clear number is not repaired to make a sum fit") {
  const FormTemplate form = votes_form(sum_rule);
  for (const std::string total : {"128", "137", "172"}) {  // off by 1, by 10, two digits exchanged
    std::vector<form::FieldReading> fields{reading_of("votes01", "012"), reading_of("votes02", "115"),
                                           reading_of("valid", total)};
    for (form::FieldReading& field : fields) {
      for (CellReading& c : field.cells) {
        for (int digit = 0; digit < 10; ++digit) {
          if (std::to_string(digit) != c.candidates[0].label) c.candidates.push_back({std::to_string(digit), 1e-7});
        }
      }
    }
    const PageReading page = read_page(form, fields);
    CHECK(page.rules[0].outcome == RuleOutcome::broken);
    CHECK(page.fields[2].text == total);
    CHECK(page.fields[2].changed_by.empty());
    CHECK(page.status == PageStatus::doubtful);
    for (const form::FieldReading& field : page.fields) CHECK(field.status == FieldStatus::doubtful);
  }
}

TEST_CASE("rules on a page: a rule that only checks changes nothing") {
  const FormTemplate form = votes_form(R"({"rule": "votes01 + votes02 = valid", "use": "check"})");
  const PageReading page = read_page(
      form, {reading_of("votes01", "017", {{2, "2", 0.45}}), reading_of("votes02", "115"), reading_of("valid", "127")},
      {.accept = 0.5});
  CHECK(page.fields[0].text == "017");
  CHECK(page.fields[0].changed_by.empty());
  CHECK(page.rules[0].outcome == RuleOutcome::broken);
  CHECK(page.rules[0].reason == "132 is not 127 (votes01 = 017, votes02 = 115, valid = 127)");
  CHECK(page.status == PageStatus::doubtful);
  CHECK(page.reason == "1 broken rule");
}

TEST_CASE("rules on a page: blank is not 0, and a blank part leaves the rule open") {
  const FormTemplate form = votes_form(sum_rule);
  form::FieldReading blank = reading_of("valid", "");
  blank.cells.assign(3, CellReading{});
  blank.confidence = 1;
  const PageReading page = read_page(form, {reading_of("votes01", "003"), reading_of("votes02", "004"), blank});
  CHECK(page.rules[0].outcome == RuleOutcome::unchecked);
  CHECK(page.rules[0].reason == "cannot be checked: 'valid' is empty");
  CHECK(page.fields[2].text.empty());
  CHECK(page.fields[2].status == FieldStatus::empty);
  const PageReading zero =
      read_page(form, {reading_of("votes01", "003"), reading_of("votes02", "004"), reading_of("valid", "000")});
  CHECK(zero.rules[0].outcome == RuleOutcome::broken);
}

TEST_CASE("rules on a page: a field is not emptied to escape a rule") {
  const FormTemplate form = votes_form(sum_rule);
  form::FieldReading votes = reading_of("votes01", "5");
  votes.cells[0].candidates.push_back({"", 0.0001});
  const PageReading page = read_page(form, {votes, reading_of("votes02", "115"), reading_of("valid", "127")});
  CHECK(page.fields[0].text == "5");
  CHECK(page.rules[0].outcome == RuleOutcome::broken);
}

TEST_CASE("rules on a page: an unread cell leaves the rule open, and nothing is made up for it") {
  const FormTemplate form = votes_form(sum_rule);
  form::FieldReading votes = reading_of("votes01", "01");
  votes.cells.push_back({.candidates = {}, .status = CellStatus::unread});
  const PageReading page = read_page(form, {votes, reading_of("votes02", "115"), reading_of("valid", "127")});
  CHECK(page.rules[0].outcome == RuleOutcome::unchecked);
  CHECK(page.fields[0].text == "01");
}

TEST_CASE("rules on a page: several rules share fields") {
  const FormTemplate form = votes_form(sum_rule + R"(, "valid + invalid = total")");
  // Alone, the first rule would be closed by votes01 = 012; the second needs valid = 132.
  const PageReading page = read_page(form, {reading_of("votes01", "017", {{2, "2", 0.3}}), reading_of("votes02", "115"),
                                            reading_of("valid", "127", {{1, "3", 0.05}, {2, "2", 0.05}}),
                                            reading_of("invalid", "002"), reading_of("total", "134")});
  CHECK(page.fields[0].text == "017");
  CHECK(page.fields[2].text == "132");
  CHECK(page.fields[2].plain == "127");
  CHECK(page.rules[0].outcome == RuleOutcome::holds);
  CHECK(page.rules[1].outcome == RuleOutcome::holds);
}

TEST_CASE("rules on a page: what a person decided stays") {
  const FormTemplate form = votes_form(sum_rule);
  const PageReading page = read_page(
      form, {reading_of("votes01", "017", {{2, "2", 0.45}}), reading_of("votes02", "115"), reading_of("valid", "127")},
      {.confirmed = {"votes01"}});
  CHECK(page.fields[0].text == "017");
  CHECK(page.fields[0].changed_by.empty());
}

TEST_CASE("rules on a page: twelve numbers and their sum") {
  std::string fields, names;
  for (int i = 1; i <= 13; ++i) {
    const std::string name = i == 13 ? "total" : "n" + std::to_string(i);
    fields += (i == 1 ? "" : ",") + std::string("{\"name\":\"") + name +
              "\",\"kind\":\"digits\",\"box\":[0,0,9,9],\"cells\":4}";
  }
  const FormTemplate form =
      parse_template(R"({"inkling_form":1,"name":"sum","page":{"width":10,"height":10},"fields":[)" + fields +
                     R"(],"rules":["sum(n1..n12) = total"]})")
          .form;
  Rng rng(11);
  int right = 0;
  for (int trial = 0; trial < 5; ++trial) {
    std::vector<form::FieldReading> readings;
    long sum = 0;
    std::string changed;
    for (int i = 1; i <= 13; ++i) {
      const long value = i == 13 ? sum : static_cast<long>(rng.below(900));
      if (i < 13) sum += value;
      std::string text = std::to_string(value);
      text = std::string(4 - text.size(), '0') + text;
      form::FieldReading reading{
          .name = i == 13 ? "total" : "n" + std::to_string(i), .status = FieldStatus::read, .confidence = 0.9};
      for (const char c : text) {
        CellReading at{.status = CellStatus::read};
        for (int digit = 0; digit < 10; ++digit) {
          at.candidates.push_back({std::to_string(digit), digit == c - '0' ? 0.95 : 0.05 / 9});
        }
        std::swap(at.candidates[0], at.candidates[static_cast<std::size_t>(c - '0')]);
        reading.cells.push_back(at);
      }
      if (i == 4) {  // one digit that is read wrong, the right one being second
        auto& candidates = reading.cells[2].candidates;
        candidates[0].probability = 0.3;
        candidates[1].probability = 0.6;
        std::swap(candidates[0], candidates[1]);
        changed = text;
      }
      for (const CellReading& at : reading.cells) reading.text += at.candidates[0].label;
      readings.push_back(reading);
    }
    const PageReading page = read_page(form, readings);
    right += page.rules[0].outcome == RuleOutcome::holds && page.fields[3].text == changed ? 1 : 0;
  }
  CHECK(right == 5);
}

TEST_CASE("rules on a page: joined fields") {
  FormTemplate form = votes_form("");
  form.joined.push_back({.name = "id", .fields = {"votes01", "votes02"}});
  PageReading page = read_page(form, {reading_of("votes01", "01"), reading_of("votes02", "7")});
  CHECK(page.fields.back().name == "id");
  CHECK(page.fields.back().text == "017");
  CHECK(page.fields.back().status == FieldStatus::read);
  page = read_page(form, {reading_of("votes01", "01"), reading_of("votes02", "")});
  CHECK(page.fields.back().status == FieldStatus::doubtful);
}

}  // namespace
