#include <inkling/core/rng.hpp>
#include <inkling/read/sequence_search.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace inkling;

namespace {

const std::vector<std::string> names = {"0", "1", "2", "."};
const CharSet digits = CharSet::parse("digits");

Matrix log_softmax(Matrix logits) {
  for (auto step : logits.colwise()) {
    const float largest = step.maxCoeff();
    step.array() -= largest + std::log((step.array() - largest).exp().sum());
  }
  return logits;
}

Matrix random_steps(Index steps, std::uint64_t seed) {
  Rng rng(seed);
  Matrix logits(static_cast<Index>(names.size()) + 1, steps);
  for (float& value : logits.reshaped()) value = 1.5F * rng.normal();
  return log_softmax(std::move(logits));
}

/// Steps that say these characters with a logit of 8; "-" is the blank.
Matrix saying(const std::string& text) {
  const std::string all = "012.-";
  Matrix logits = Matrix::Zero(5, static_cast<Index>(text.size()));
  for (std::size_t t = 0; t < text.size(); ++t) {
    logits(static_cast<Index>(all.find(text[t])), static_cast<Index>(t)) = 8;
  }
  return log_softmax(std::move(logits));
}

/// The probability of every text, by going through all sequences of steps. Signs count as the blank.
std::map<std::string, double> by_counting(const Matrix& steps) {
  std::map<std::string, double> texts;
  std::vector<Index> says(static_cast<std::size_t>(steps.cols()), 0);
  for (bool more = true; more;) {
    std::string text;
    double score = 0;
    Index before = 4;
    for (std::size_t t = 0; t < says.size(); ++t) {
      score += static_cast<double>(steps(says[t], static_cast<Index>(t)));
      const Index seen = says[t] == 3 ? 4 : says[t];
      if (seen != 4 && seen != before) text += names[static_cast<std::size_t>(seen)];
      before = seen;
    }
    texts[text] += std::exp(score);
    more = false;
    for (Index& step : says) {
      if (++step < 5) {
        more = true;
        break;
      }
      step = 0;
    }
  }
  return texts;
}

std::string text_of(const Matrix& steps, const std::string& pattern, const CharSet& characters = digits) {
  return find_texts(steps, Pattern::parse(pattern), characters, names, 1).front().text;
}

}  // namespace

TEST_CASE("a wide beam finds the most probable text with its probability") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const Matrix steps = random_steps(6, seed);
    std::map<std::string, double> all = by_counting(steps);
    all.erase("");  // the pattern asks for one character at least
    const auto best =
        std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto found = find_texts(steps, Pattern::any_of(digits), digits, names, 3,
                                  {.beam = 5000, .unlikely = 100, .missing_character = 1000});
    CHECK(found.front().text == best->first);
    CHECK(found.front().score == doctest::Approx(std::log(best->second)).epsilon(1e-5));
    double sum = 0;
    for (const auto& [text, probability] : all) sum += probability;
    CHECK(found.front().probability == doctest::Approx(best->second / sum).epsilon(1e-4));
    REQUIRE(found.size() == 3);
    CHECK(found[1].score <= found[0].score);
    CHECK(found[1].score == doctest::Approx(std::log(all[found[1].text])).epsilon(1e-5));
  }
}

TEST_CASE("the log-probability of a text is that of all ways to spell it") {
  const Matrix steps = random_steps(5, 3);
  Matrix without_signs = steps;  // as by_counting has it
  for (Index t = 0; t < 5; ++t) {
    without_signs(4, t) = std::log(std::exp(steps(4, t)) + std::exp(steps(3, t)));
    without_signs(3, t) = -1e9F;
  }
  const std::map<std::string, double> all = by_counting(steps);
  CHECK(text_log_probability(without_signs, {1, 1}) == doctest::Approx(std::log(all.at("11"))).epsilon(1e-5));
  CHECK(text_log_probability(without_signs, {0, 2, 1}) == doctest::Approx(std::log(all.at("021"))).epsilon(1e-5));
  CHECK(text_log_probability(without_signs, {}) == doctest::Approx(std::log(all.at(""))).epsilon(1e-5));
  CHECK(text_log_probability(random_steps(2, 1), {1, 1}) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("a pattern decides how many characters there are, and which") {
  const Matrix steps = saying("-1-22-0-");
  CHECK(text_of(steps, "*#") == "120");
  CHECK(text_of(steps, "###") == "120");
  CHECK(text_of(steps, "##").size() == 2);
  CHECK(text_of(steps, "[01][01][01]") != "120");
  CHECK(text_of(steps, "*#", CharSet::parse("0-1")).find('2') == std::string::npos);
  const auto forced = find_texts(steps, Pattern::parse("##"), digits, names, 1);
  const auto free = find_texts(steps, Pattern::parse("*#"), digits, names, 1);
  CHECK(forced.front().score < free.front().score - 5);
}

TEST_CASE("marks of the pattern stand in the text, written or not") {
  CHECK(text_of(saying("1--2"), "#.#") == "1.2");
  CHECK(text_of(saying("1-.-2"), "#.#") == "1.2");
  CHECK(text_of(saying("1-.-2"), "##") == "12");  // a sign that has no place is read past
  CHECK(text_of(saying("1-.-2"), "*[0-9.]", CharSet()) == "1.2");
  CHECK(text_of(saying("1--2"), "# (#)") == "1 (2)");
  const auto written = find_texts(saying("1-.-2"), Pattern::parse("#.#"), digits, names, 1);
  REQUIRE(written.front().steps.size() == 3);
  CHECK(written.front().steps[1].label == Label{3});
  const auto unwritten = find_texts(saying("1---2"), Pattern::parse("#.#"), digits, names, 1);
  REQUIRE(unwritten.front().steps.size() == 3);
  CHECK_FALSE(unwritten.front().steps[1].label.has_value());
}

TEST_CASE("a mark that is not there has its price, and the temperature is that of whole texts") {
  const auto scored = [](double price) {
    return find_texts(saying("1--2"), Pattern::parse("#.#"), digits, names, 1, {.missing_mark = price}).front().score;
  };
  CHECK(scored(2) == doctest::Approx(scored(0) - 2).epsilon(0.02));
  const Matrix steps = random_steps(6, 4);
  const auto probabilities = [&](double temperature) {
    const auto texts = find_texts(steps, Pattern::any_of(digits), digits, names, 5000,
                                  {.beam = 5000, .unlikely = 100, .temperature = temperature});
    double total = 0;
    for (const SequenceText& text : texts) total += std::exp((text.score - texts[0].score) / temperature);
    CHECK(texts[0].probability == doctest::Approx(1 / total));
    return texts[0].probability;
  };
  CHECK(probabilities(2) < probabilities(1));
}

TEST_CASE("of texts that are nearly as probable, the one that is a date is taken") {
  const auto read = [](const std::string& ambiguous, double date) {
    Matrix steps = saying(ambiguous);
    steps(3, 6) = steps(1, 6) - 2;  // a "." rather than a "1"
    return find_texts(steps, {}, CharSet::parse("0-9."), names, 2, {.date = date}).front();
  };
  const SequenceText date = read("2-.-1-1-1-2", 3);
  CHECK(date.text == "2.1.12");
  CHECK(date.probability > 0.6);
  CHECK(date.probability < 0.8);  // 1 : exp(2 - 3)
  CHECK(read("2-.-1-1-1-2", 0).text == "2.1112");
  CHECK(read("2-.-0-1-1-2", 3).text == "2.0112");  // there is no month 0
  CHECK(read("2-.-1-1-2", 3).text == "2.112");     // nor a year of one digit
}

TEST_CASE("fewer characters than the pattern asks for are paid for") {
  const auto found = find_texts(saying("1"), Pattern::parse("###"), digits, names, 1);
  CHECK(found.front().text == "1");
  CHECK(found.front().score < -25);
}

TEST_CASE("a step range says where a character stands") {
  const auto places = align(saying("--11--1-22"), {1, 1, 2});
  REQUIRE(places.size() == 3);
  CHECK(places[0].begin == 2);
  CHECK(places[0].end == 4);
  CHECK(places[1].begin == 6);
  CHECK(places[1].end == 7);
  CHECK(places[2].begin == 8);
  CHECK(places[2].end == 10);
  CHECK_THROWS_AS(align(saying("11"), {1, 1}), ValueError);
}

TEST_CASE("what does not fit together is refused") {
  CHECK_THROWS_AS(align(saying("1"), {4}), ValueError);
  CHECK_THROWS_AS(align(Matrix(5, 0), {}), ShapeError);
  CHECK_THROWS_AS(text_log_probability(saying("1"), {-1}), ValueError);
  CHECK_THROWS_AS(text_log_probability(Matrix(5, 0), {}), ShapeError);
  CHECK_THROWS_AS(find_texts(Matrix(4, 3), Pattern(), digits, names, 1), ShapeError);
  CHECK_THROWS_AS(find_texts(Matrix(5, 0), Pattern(), digits, names, 1), ShapeError);
  CHECK_THROWS_AS(text_of(saying("1"), "A", CharSet()), ValueError);
  CHECK_THROWS_AS(find_texts(saying("1"), Pattern(), digits, names, 1, {.beam = 0}), ValueError);
}
