#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/forest/node.hpp>
#include <inkling/forest/random_forest.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace inkling;
using forest::Node;

TEST_CASE("Arrays that a walk could leave or get lost in are refused") {
  // A split on feature 1 with a leaf of class 2 and a mixed one, then a tree that is one leaf.
  const std::vector<Node> nodes{{1, 1, 100}, {2, Node::leaf, 0}, {0, Node::leaf, 1}, {1, Node::leaf, 0}};
  const std::vector<std::uint32_t> roots{0, 3};
  const std::vector<std::uint16_t> table{2, 0, 5, 1, 15};
  const auto make = [&](const std::vector<Node>& n, const std::vector<std::uint32_t>& r,
                        const std::vector<std::uint16_t>& t) {
    return RandomForest({1, 2, 1}, {"a", "b", "c"}, n, r, t);
  };
  const auto with = [&](std::size_t i, Node node) {
    std::vector<Node> changed = nodes;
    changed[i] = node;
    return changed;
  };
  Pixels images(2, 2);
  images << 0, 0,  //
      100, 101;
  Matrix expected(3, 2);
  expected << 0, 0.125F,  //
      0.5F, 0.875F,       //
      0.5F, 0;
  CHECK(make(nodes, roots, table).scores(images) == expected);

  CHECK_THROWS_AS(make({}, {}, {}), FormatError);
  CHECK_THROWS_AS(make(nodes, {}, table), FormatError);
  CHECK_THROWS_AS(make(nodes, {1, 3}, table), FormatError);
  CHECK_THROWS_AS(make(nodes, {0, 0}, table), FormatError);
  CHECK_THROWS_AS(make(nodes, {0, 4}, table), FormatError);
  CHECK_THROWS_AS(make(nodes, {0, 2}, table), FormatError);                         // children in another tree
  CHECK_THROWS_AS(make(nodes, {0, 3, 2}, table), FormatError);                      // not ascending
  CHECK_THROWS_AS(make(with(0, {0, 1, 100}), roots, table), FormatError);           // its own child
  CHECK_THROWS_AS(make(with(0, {2, 1, 100}), roots, table), FormatError);           // right child in another tree
  CHECK_THROWS_AS(make(with(0, {0xFFFFFFFF, 1, 100}), roots, table), FormatError);  // child + 1 wraps
  CHECK_THROWS_AS(make(with(2, {1, 1, 100}), roots, table), FormatError);           // a cycle
  CHECK_THROWS_AS(make(with(0, {1, 2, 100}), roots, table), FormatError);           // no such feature
  CHECK_THROWS_AS(make(with(1, {3, Node::leaf, 0}), roots, table), FormatError);    // no such class
  CHECK_THROWS_AS(make(with(2, {5, Node::leaf, 1}), roots, table), FormatError);    // outside of the table
  CHECK_THROWS_AS(make(with(2, {0xFFFFFFFF, Node::leaf, 1}), roots, table), FormatError);
  CHECK_THROWS_AS(make(with(2, {1, Node::leaf, 1}), roots, table), FormatError);  // a record of 0 classes
  CHECK_THROWS_AS(make(nodes, roots, {2, 0, 5, 1}), FormatError);                 // cut off
  CHECK_THROWS_AS(make(nodes, roots, {2, 0, 5, 3, 15}), FormatError);             // no such class
  CHECK_THROWS_AS(make(nodes, roots, {2, 0, 5, 1, 0}), FormatError);              // nobody voted
}
