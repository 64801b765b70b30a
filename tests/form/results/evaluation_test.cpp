#include <inkling/core/error.hpp>
#include <inkling/form/results/evaluation.hpp>
#include <inkling/form/results/grading.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace inkling;
using namespace inkling::form;

PageReading page_of(const std::string& file, const std::vector<std::pair<std::string, double>>& texts) {
  PageReading page{.file = file, .form = "c1", .status = PageStatus::read};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    page.fields.push_back({.name = "f" + std::to_string(i),
                           .text = texts[i].first,
                           .status = FieldStatus::read,
                           .confidence = texts[i].second});
  }
  return page;
}

TEST_CASE("evaluation: Wilson's interval") {
  const Share share{.of = 100, .right = 95};
  CHECK(share.low() == doctest::Approx(0.8882).epsilon(0.001));  // as published tables have it
  CHECK(share.high() == doctest::Approx(0.9785).epsilon(0.001));
  CHECK(Share{.of = 10, .right = 10}.high() == doctest::Approx(1));
  CHECK(Share{.of = 10, .right = 10}.low() == doctest::Approx(0.7225).epsilon(0.001));
  CHECK(Share{}.low() == 0);
  CHECK(Share{}.high() == 1);
}

TEST_CASE("evaluation: fields, characters, and what is missing") {
  FormTemplate form{.name = "c1"};
  for (const char* name : {"f0", "f1"}) form.fields.push_back({.name = name, .kind = FieldKind::digits});
  const std::vector<TruthRow> truth = parse_truth(
      "file,field,text\nscans/a.png,f0,XX2\nscans/a.png,f1,115\nb.png,f0,007\nb.png,f9,1\nnone.png,f0,12\n", "t.csv");
  REQUIRE(truth.size() == 5);
  FormEvaluator evaluator({form}, truth);
  evaluator.add(page_of("/data/scans/a.png", {{"2", 0.9}, {"175", 0.8}}));
  evaluator.add(page_of("/other/b.png", {{"7", 0.7}}));
  evaluator.add(page_of("/data/scans/xa.png", {{"9", 0.7}}));
  const FormEvaluation result = evaluator.result();
  CHECK(result.fields.of == 5);
  CHECK(result.fields.right == 1);
  CHECK(result.missing == 2);
  CHECK(result.characters.of == 1 + 3 + 3 + 1 + 2);
  CHECK(result.characters.right == 1 + 2 + 1);
  CHECK(result.by_field.at("f0").right == 1);
  CHECK(result.by_field.at("f0").of == 3);
}

TEST_CASE("evaluation: the share that can be accepted") {
  std::vector<TruthRow> truth;
  std::vector<std::pair<std::string, double>> texts;
  for (int i = 0; i < 200; ++i) {  // the 100 surest are right, then every tenth is wrong
    truth.push_back({.file = "a.png", .field = "f" + std::to_string(i), .text = "x"});
    texts.emplace_back(i >= 100 && i % 10 == 0 ? "y" : "x", 1 - 0.001 * i);
  }
  FormEvaluator evaluator({}, truth);
  evaluator.add(page_of("a.png", texts));
  const FormEvaluation result = evaluator.result();
  CHECK(result.fields.right == 190);
  CHECK(result.accepted[0].error == 0.005);
  CHECK(result.accepted[0].fields.right == 100);  // the next is wrong: 1 of 101
  CHECK(result.accepted[1].fields.right == 110);  // 1 of 110 is 0.91 %, 2 of 111 too many
  CHECK(result.accepted[2].fields.right == 120);  // 2 of 120, and 3 of 121 too many
  CHECK(result.accepted[2].wrong == 2);
  CHECK(result.curve.size() == 200);
  CHECK(result.curve.back().right.right == 190);
}

TEST_CASE("evaluation: fields of one confidence are accepted together") {
  std::vector<TruthRow> truth{{"a", "f0", "x"}, {"a", "f1", "x"}};
  FormEvaluator evaluator({}, truth);
  evaluator.add(page_of("a", {{"x", 0.5}, {"y", 0.5}}));
  CHECK(evaluator.result().accepted[2].fields.right == 0);
}

TEST_CASE("grading: weights, negative marks, several answers") {
  const std::vector<KeyRow> key =
      parse_key("question,answer,points,wrong,empty\nf0,A,2,-0.5,\nf1,B|C,,,0.1\nf2,A=2|B=1,,-1,\nf3,AC,,,\nf9,A,,,\n",
                "key.csv");
  const GradedPage graded = grade(page_of("p", {{"A", 1}, {"", 1}, {"B", 1}, {"A+C", 1}}), key);
  CHECK(graded.points == doctest::Approx(2 + 0.1 + 1 + 1));
  CHECK(graded.most == doctest::Approx(2 + 1 + 2 + 1 + 1));
  CHECK(graded.right == 3);
  CHECK(graded.empty == 2);
  CHECK(graded.doubtful == 1);  // f9 is not on the page
  const GradedPage wrong = grade(page_of("p", {{"B", 1}, {"C", 1}, {"D", 1}, {"A", 1}}), key);
  CHECK(wrong.points == doctest::Approx(-0.5 + 1 - 1 + 0));
  CHECK(wrong.wrong == 3);
}

TEST_CASE("grading: a key that cannot be right is refused with its line") {
  CHECK_THROWS_WITH_AS(parse_key("question,answer\nf0,A\nf0,B\n", "key.csv"), "key.csv:3: 'f0' is there twice",
                       FormatError);
  CHECK_THROWS_WITH_AS(parse_key("question,answer,points\nf0,A,x\n", "key.csv"),
                       "key.csv:2: points: expected a number, got 'x' has a 'x'", FormatError);
  CHECK_THROWS_AS(parse_key("", "key.csv"), FormatError);
  CHECK_THROWS_AS(parse_key("a,b\n", "key.csv"), FormatError);
}

}  // namespace
