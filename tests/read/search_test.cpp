#include <inkling/read/search.hpp>

#include <doctest/doctest.h>

#include <string>
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
