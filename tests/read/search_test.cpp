#include <inkling/core/error.hpp>
#include <inkling/read/search.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

const std::vector<std::string> names{"0", "1", "A", "b"};

/// A lattice of `pieces` pieces of ordinary shape in which every run of up to three is an arc.
Lattice plain(std::size_t pieces) {
  Lattice lattice{.pieces = pieces, .arcs = {}, .probabilities = {}, .cuts = {}, .weights = {}};
  for (std::size_t last = 1; last <= pieces; ++last) {
    for (std::size_t first = last; first-- > 0 && last - first <= 3;) {
      const auto width = 0.6 * static_cast<double>(last - first);
      lattice.arcs.push_back({.first = first, .last = last, .shape = {.width = width, .height = 1, .middle = 0.5}});
    }
  }
  lattice.cuts.assign(pieces + 1, 0);
  lattice.weights.assign(pieces, 1);
  lattice.probabilities = Matrix::Constant(4, static_cast<Index>(lattice.arcs.size()), 0.25F);
  return lattice;
}

void set(Lattice& lattice, std::size_t first, std::size_t last, Label label, float probability = 0.97F) {
  for (std::size_t i = 0; i < lattice.arcs.size(); ++i) {
    if (lattice.arcs[i].first != first || lattice.arcs[i].last != last) continue;
    lattice.probabilities.col(static_cast<Index>(i)).setConstant((1 - probability) / 3);
    lattice.probabilities(label, static_cast<Index>(i)) = probability;
  }
}

std::string read(const Lattice& lattice, const Pattern& pattern = {}, const CharSet& characters = {}) {
  std::string text;
  for (const ReadStep& step : find_read_path(lattice, pattern, characters, names).steps) {
    const Pattern::Element& element = pattern.elements()[step.element];
    if (element.is_mark()) text += step.arc ? std::string(1, element.mark) : "(" + std::string(1, element.mark) + ")";
    if (!element.is_mark() && step.arc) text += names[static_cast<std::size_t>(step.label)];
  }
  return text;
}

}  // namespace

TEST_CASE("the classifier decides which pieces are one character") {
  Lattice lattice = plain(4);
  set(lattice, 0, 1, 0);
  set(lattice, 1, 2, 1);
  set(lattice, 2, 3, 2);
  set(lattice, 3, 4, 3);
  CHECK(read(lattice) == "01Ab");
  for (const std::size_t piece : {1, 2}) set(lattice, piece, piece + 1, 3, 0.3F);
  set(lattice, 1, 3, 1);
  for (Arc& arc : lattice.arcs) arc.shape.width = 0.6;
  CHECK(read(lattice) == "01b");
}

TEST_CASE("a cut through ink and a blank inside a character have a price") {
  Lattice lattice = plain(2);
  set(lattice, 0, 1, 0, 0.9F);
  set(lattice, 1, 2, 1, 0.9F);
  set(lattice, 0, 2, 2, 0.7F);
  for (Arc& arc : lattice.arcs) arc.shape.width = 0.6;
  CHECK(read(lattice) == "01");
  lattice.cuts[1] = 0.3F;
  CHECK(read(lattice) == "A");
  for (Arc& arc : lattice.arcs) arc.gap = arc.last - arc.first > 1 ? 0.8 : 0;
  CHECK(read(lattice) == "01");
}

TEST_CASE("a blank wider than any character has inside parts two") {
  Lattice lattice = plain(2);
  set(lattice, 0, 1, 0, 0.9F);
  set(lattice, 1, 2, 1, 0.9F);
  set(lattice, 0, 2, 2, 0.7F);
  for (Arc& arc : lattice.arcs) arc.shape.width = 0.6;
  lattice.cuts[1] = 0.3F;  // so that it is cheaper to take both for one
  const auto read_with_gap = [&](double gap) {
    for (Arc& arc : lattice.arcs) arc.gap = arc.last - arc.first > 1 ? gap : 0;
    return read(lattice);
  };
  CHECK(read_with_gap(0.15) == "A");
  CHECK(read_with_gap(0.35) == "01");
}

TEST_CASE("where the model measures evidence, ink that resembles nothing it learned is no character") {
  Lattice lattice = plain(2);
  set(lattice, 0, 1, 0);
  set(lattice, 1, 2, 1);
  set(lattice, 0, 2, 2);
  for (Arc& arc : lattice.arcs) arc.shape.width = 0.6;
  CHECK(lattice.arcs[2].last - lattice.arcs[2].first == 2);
  lattice.evidence = Vector{{9, 9, 4}};
  CHECK(read(lattice) == "01");
  lattice.evidence = Vector{{1, 1, 9}};
  CHECK(read(lattice) == "A");
}

TEST_CASE("more ink than a character has speaks for two") {
  Lattice lattice = plain(2);
  set(lattice, 0, 1, 0, 0.9F);
  set(lattice, 1, 2, 1, 0.9F);
  set(lattice, 0, 2, 2, 0.9F);
  for (Arc& arc : lattice.arcs) arc.shape.width = 0.6;
  lattice.cuts[1] = 1;
  CHECK(read(lattice) == "A");
  lattice.weights = {4, 4};
  CHECK(read(lattice) == "01");
}

TEST_CASE("the pattern says how many characters there are, and of which kind") {
  Lattice lattice = plain(3);
  for (const std::size_t piece : {0, 1, 2}) set(lattice, piece, piece + 1, 2, 0.9F);
  set(lattice, 0, 2, 1, 0.5F);
  set(lattice, 1, 3, 3, 0.5F);
  for (Arc& arc : lattice.arcs) arc.shape.width = 0.6;
  CHECK(read(lattice) == "AAA");
  CHECK(read(lattice, Pattern::parse("A@")) == "Ab");
  CHECK(read(lattice, Pattern::parse("#A")) == "1A");
  CHECK(read(lattice, Pattern::parse("*A")) == "AAA");
  CHECK(read(lattice, Pattern(), CharSet::parse("01")) == read(lattice, Pattern::parse("*#")));
}

TEST_CASE("a mark takes the ink that looks like it, or none") {
  Lattice lattice = plain(3);
  set(lattice, 0, 1, 0);
  set(lattice, 1, 2, 1);
  set(lattice, 2, 3, 0);
  const Pattern date = Pattern::parse("#/#");
  for (Arc& arc : lattice.arcs) {
    if (arc.first == 1 && arc.last == 2) arc.shape = {.width = 0.4, .height = 1, .middle = 0.5, .slope = 0.4};
  }
  CHECK(read(lattice, date) == "0/0");

  Lattice without = plain(2);
  set(without, 0, 1, 0);
  set(without, 1, 2, 1);
  CHECK(read(without, date) == "0(/)1");
  CHECK(read(without, Pattern::parse("# #")) == "0( )1");
}

TEST_CASE("dirt is left out, and a missing character does not spoil the rest") {
  Lattice lattice = plain(3);
  set(lattice, 0, 1, 0);
  set(lattice, 2, 3, 1);
  lattice.weights[1] = 0.01;
  for (Arc& arc : lattice.arcs) {
    if (arc.first == 1 && arc.last == 2) arc.shape = {.width = 0.1, .height = 0.1, .middle = 0.5};
    if (arc.last - arc.first > 1) arc.gap = 0.5;
  }
  CHECK(read(lattice, Pattern::parse("*#")) == "01");
  CHECK(read(lattice, Pattern::parse("#####")).size() >= 2);
}

TEST_CASE("dirt that must be cut off first costs the cut as well") {
  Lattice lattice = plain(2);
  lattice.weights = {0.5, 0.25};
  lattice.cuts = {0, 2, 0};
  const SearchOptions options{.cut_price = 1.5, .cut_ink_price = 0.5, .dirt_price = 4};
  CHECK(detail::price_of_dirt(lattice, 0, options) == doctest::Approx(4 * 0.5));
  CHECK(detail::price_of_dirt(lattice, 1, options) == doctest::Approx(4 * 0.25 + 1.5 + 0.5 * 2));
  // A tail that hangs on a character is no dirt, though one that stands apart would be.
  for (Arc& arc : lattice.arcs) {
    if (arc.last - arc.first == 2) arc.shape = {.width = 1.25, .height = 1, .middle = 0.5};
  }
  set(lattice, 0, 1, 0, 0.9F);
  set(lattice, 0, 2, 1, 0.9F);
  CHECK(find_read_path(lattice, Pattern::parse("#"), {}, names, options).steps.front().label == 1);
  lattice.cuts = {0, 0, 0};
  CHECK(find_read_path(lattice, Pattern::parse("#"), {}, names, options).steps.front().label == 0);
}

TEST_CASE("no way through an arc is better than the best, and the best arcs reach it") {
  Lattice lattice = plain(4);
  set(lattice, 0, 1, 0);
  set(lattice, 1, 3, 2);
  set(lattice, 3, 4, 1);
  const ReadPath path = find_read_path(lattice, {}, {}, names);
  for (const double score : path.arc_scores) CHECK(score <= path.score + 1e-9);
  REQUIRE_FALSE(path.steps.empty());
  for (const ReadStep& step : path.steps) CHECK(path.arc_scores[*step.arc] == doctest::Approx(path.score));
}

TEST_CASE("a pattern without classes is refused") {
  CHECK_THROWS_AS(find_read_path(plain(1), Pattern::parse("#"), CharSet::parse("upper"), names), ValueError);
}

TEST_CASE("prices and lattices that are not finite are refused, and so are lattices that do not fit together") {
  const auto find = [](const Lattice& lattice, const SearchOptions& options) {
    return find_read_path(lattice, Pattern::parse("##"), {}, names, options);
  };
  for (const double odd : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
    CHECK_THROWS_WITH_AS(find(plain(3), {.missing_character = odd}),
                         doctest::Contains("SearchOptions::missing_character"), ValueError);
    Lattice lattice = plain(3);
    lattice.cuts[1] = static_cast<float>(odd);
    CHECK_THROWS_AS(find(lattice, {}), ValueError);
    lattice = plain(3);
    lattice.probabilities(2, 1) = static_cast<float>(odd);
    CHECK_THROWS_AS(find(lattice, {}), ValueError);
    lattice = plain(3);
    lattice.evidence = Vector::Constant(lattice.probabilities.cols(), static_cast<float>(odd));
    CHECK_THROWS_AS(find(lattice, {}), ValueError);
    lattice = plain(3);
    lattice.arcs[2].shape.width = odd;
    CHECK_THROWS_AS(find(lattice, {}), ValueError);
  }
  Lattice lattice = plain(3);
  lattice.arcs[0].last = 4;
  CHECK_THROWS_AS(find(lattice, {}), ShapeError);
  lattice = plain(3);
  lattice.weights.pop_back();
  CHECK_THROWS_AS(find(lattice, {}), ShapeError);
  lattice = plain(3);
  lattice.evidence = Vector::Zero(1);
  CHECK_THROWS_AS(find(lattice, {}), ShapeError);
  CHECK(find(plain(3), {}).steps.size() == 2);
}

/// All ways through the lattice one by one, each with the text that it spells.
class EveryWay {
 public:
  EveryWay(const Lattice& lattice, const SearchOptions& options) : lattice_(lattice), options_(options) {
    go(0, "", 0);
  }
  double share(const std::string& text) const {
    double all = 0;
    double spelled = 0;
    for (const auto& [way, weight] : weights_) {
      all += weight;
      if (way == text) spelled += weight;
    }
    return spelled / all;
  }

 private:
  void go(std::size_t place, const std::string& text, double score) {
    if (place == lattice_.pieces && !text.empty()) weights_.emplace_back(text, std::exp(score / options_.temperature));
    if (place == lattice_.pieces) return;
    go(place + 1, text, score - detail::price_of_dirt(lattice_, place, options_));
    for (std::size_t i = 0; i < lattice_.arcs.size(); ++i) {
      const Arc& arc = lattice_.arcs[i];
      if (arc.first != place) continue;
      const auto column = lattice_.probabilities.col(static_cast<Index>(i));
      const double sum = static_cast<double>(column.sum());
      for (Index label = 0; label < column.size(); ++label) {
        go(arc.last, text + names[static_cast<std::size_t>(label)],
           score + std::log(static_cast<double>(column(label)) / sum) + options_.strangeness * std::log(sum) +
               detail::plausibility(lattice_, arc, options_) - detail::cut_price(lattice_, arc.first, options_));
      }
    }
  }

  const Lattice& lattice_;
  SearchOptions options_;
  std::vector<std::pair<std::string, double>> weights_;
};

TEST_CASE("the probability of a text is its share of all ways, wherever they cut") {
  Lattice lattice = plain(4);
  set(lattice, 0, 1, 0, 0.6F);
  set(lattice, 1, 2, 1, 0.7F);
  set(lattice, 2, 4, 2, 0.5F);
  set(lattice, 2, 3, 2, 0.8F);
  set(lattice, 3, 4, 3, 0.4F);
  lattice.cuts[1] = 0.3F;
  for (const double temperature : {0.5, 0.85, 2.0}) {
    // That nothing is written at all costs so much that it does not count.
    const SearchOptions options{.missing_character = 200, .temperature = temperature};
    const ReadPath path = find_read_path(lattice, {}, {}, names, options);
    std::string text;
    for (const ReadStep& step : path.steps) text += names[static_cast<std::size_t>(step.label)];
    const double share = text_probability(lattice, {}, {}, names, path, options);
    CHECK(share == doctest::Approx(EveryWay(lattice, options).share(text)).epsilon(1e-9));
    CHECK(share > 0.005);
    CHECK(share < 0.95);
  }
}

TEST_CASE("a text is likelier the more of it the pattern says") {
  Lattice lattice = plain(3);
  set(lattice, 0, 1, 0, 0.7F);
  set(lattice, 1, 2, 1, 0.7F);
  set(lattice, 2, 3, 0, 0.7F);
  const auto probability = [&](const char* pattern, const CharSet& characters = {}) {
    const Pattern parsed = Pattern::parse(pattern);
    return text_probability(lattice, parsed, characters, names, find_read_path(lattice, parsed, characters, names));
  };
  const double any = probability("*?");
  const double three = probability("???");
  const double digits = probability("###");
  CHECK(any < three);
  CHECK(three < digits);
  CHECK(digits == doctest::Approx(probability("???", CharSet::parse("digits"))));
  CHECK(probability("#A#") < 1);
  // A mark of the pattern belongs to the text, be it written or not: it takes nothing away.
  CHECK(probability("#-#-#") == doctest::Approx(probability("###")).epsilon(0.05));
}

TEST_CASE("the probability of a text is not asked of what does not fit together") {
  const Lattice lattice = plain(2);
  const ReadPath path = find_read_path(lattice, {}, {}, names);
  CHECK_THROWS_AS(text_probability(lattice, {}, {}, names, path, {.temperature = 0}), ValueError);
  CHECK_THROWS_AS(text_probability(lattice, {}, {}, {"0"}, path), ShapeError);
}
