#include <inkling/core/rng.hpp>
#include <inkling/forest/detail/split.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "naive_split.hpp"

using namespace inkling;
using forest::detail::NodeSplit;
using forest::detail::Sample;
using forest::detail::SplitFinder;

namespace {

struct Node {
  std::vector<Sample> samples;
  std::vector<std::uint8_t> column;
};

/// `zeros` of 10 bytes are 0, and high bytes tend to high classes.
Node random_node(std::uint32_t count, std::uint32_t classes, std::uint32_t zeros, std::uint64_t seed) {
  Rng rng(seed);
  Node node{{}, std::vector<std::uint8_t>(2 * count)};
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t byte = rng.below(10) < zeros ? 0 : rng.below(256);
    const auto label = rng.below(2) == 0 ? rng.below(classes) : byte * classes / 256;
    node.column[2 * i] = static_cast<std::uint8_t>(byte);
    node.samples.push_back({2 * i, static_cast<std::uint16_t>(label), static_cast<std::uint16_t>(1 + rng.below(3))});
  }
  return node;
}

}  // namespace

// Counts around each change of algorithm: insertion sort, chains, histogram.
TEST_CASE("SplitFinder finds what trying every threshold finds") {
  for (const std::uint32_t classes : {2U, 10U, 300U}) {
    for (const std::uint32_t min_leaf : {1U, 7U}) {
      SplitFinder finder(classes, min_leaf);
      for (const std::uint32_t count : {2U, 3U, 19U, 20U, 21U, 22U, 60U, 300U, 4095U, 4096U, 5000U}) {
        for (const std::uint32_t zeros : {0U, 8U}) {
          CAPTURE(classes);
          CAPTURE(min_leaf);
          CAPTURE(count);
          CAPTURE(zeros);
          const Node node = random_node(count, classes, zeros, count + classes);
          finder.start_node(node.samples);
          const NodeSplit split = finder.best(node.column.data(), 5);
          const double best = test::naive_best_score(node.samples, node.column.data(), classes, min_leaf);
          REQUIRE(split.valid() == (best > 0));
          if (!split.valid()) continue;
          CHECK(split.feature == 5);
          CHECK(split.score == best);
          const double reached =
              test::naive_score(node.samples, node.column.data(), split.threshold, classes, min_leaf);
          CHECK(reached == best);
          CHECK(split.score >= finder.unsplit_score() * (1 - 1e-12));
        }
      }
    }
  }
}

// Few values make a histogram worth its while from few samples on; whoever does not know them sorts.
TEST_CASE("SplitFinder finds the same split whether or not it knows the highest byte") {
  for (const std::uint32_t classes : {2U, 26U, 300U}) {
    SplitFinder finder(classes, 2);
    for (const std::uint32_t values : {2U, 16U, 100U}) {
      for (const std::uint32_t count : {3U, 40U, 150U, 700U, 3000U}) {
        CAPTURE(classes);
        CAPTURE(values);
        CAPTURE(count);
        Node node = random_node(count, classes, 1, count + values);
        for (std::uint8_t& byte : node.column) byte = static_cast<std::uint8_t>(byte * values / 256);
        finder.start_node(node.samples);
        const NodeSplit sorted = finder.best(node.column.data(), 5);
        const NodeSplit counted = finder.best(node.column.data(), 5, nullptr, static_cast<std::uint8_t>(values - 1));
        CHECK(counted.score == sorted.score);
        CHECK(counted.threshold == sorted.threshold);
        CHECK(std::max(0.0, counted.score) == test::naive_best_score(node.samples, node.column.data(), classes, 2));
      }
    }
  }
}

TEST_CASE("Random thresholds are uniform between the lowest and the highest byte, and scored as brute force does") {
  for (const std::uint32_t classes : {2U, 10U}) {
    Node node = random_node(40, classes, 3, classes);
    for (std::uint8_t& byte : node.column) byte = static_cast<std::uint8_t>(100 + byte % 5);
    SplitFinder finder(classes, 1);
    finder.start_node(node.samples);
    Rng rng(3);
    std::vector<int> drawn(256, 0);
    for (int i = 0; i < 4000; ++i) {
      const NodeSplit split = finder.random(node.column.data(), 9, rng);
      REQUIRE(split.valid());
      CHECK(split.feature == 9);
      CHECK(split.score == test::naive_score(node.samples, node.column.data(), split.threshold, classes, 1));
      ++drawn[split.threshold];
    }
    for (int t = 0; t < 256; ++t) {
      CAPTURE(t);
      if (t < 100 || t >= 104)
        CHECK(drawn[static_cast<std::size_t>(t)] == 0);
      else
        CHECK(std::abs(drawn[static_cast<std::size_t>(t)] - 1000) < 150);
    }
  }
}

TEST_CASE("A random threshold needs a feature that varies and sides that are large enough") {
  const std::vector<std::uint8_t> column{7, 7, 7, 9};
  const std::vector<Sample> samples{{0, 0, 1}, {1, 1, 1}, {2, 1, 1}, {3, 0, 1}};
  SplitFinder finder(2, 1);
  Rng rng(1);
  finder.start_node(std::span(samples).first(3));
  CHECK_FALSE(finder.random(column.data(), 0, rng).valid());
  CHECK(rng.next() == Rng(1).next());  // nothing was drawn
  SplitFinder strict(2, 2);
  strict.start_node(samples);
  CHECK_FALSE(strict.random(column.data(), 0, rng).valid());
}

TEST_CASE("SplitFinder cuts halfway between neighbouring bytes") {
  SplitFinder finder(2, 1);
  const std::vector<std::uint8_t> column{10, 20, 201, 230};
  const std::vector<Sample> samples{{0, 0, 1}, {1, 0, 1}, {2, 1, 1}, {3, 1, 1}};
  CHECK_FALSE(finder.start_node(samples));
  CHECK(finder.best(column.data(), 0).threshold == 110);
  CHECK(finder.best(column.data(), 0).score == 4);
}

TEST_CASE("SplitFinder knows pure and constant nodes") {
  SplitFinder finder(3, 1);
  const std::vector<Sample> pure{{0, 2, 1}, {1, 2, 4}};
  CHECK(finder.start_node(pure));
  CHECK(finder.weight() == 5);

  const std::vector<Sample> mixed{{0, 2, 1}, {1, 0, 4}};
  CHECK_FALSE(finder.start_node(mixed));
  for (const int byte : {0, 1, 255}) {
    const std::vector<std::uint8_t> column(2, static_cast<std::uint8_t>(byte));
    CHECK_FALSE(finder.best(column.data(), 0).valid());
  }
}
