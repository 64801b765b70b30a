#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/forest/node.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::forest {

/// Trees in three arrays, one after another: what a forest is once it is grown.
struct Trees {
  std::vector<Node> nodes;                // each tree with its root first
  std::vector<std::uint32_t> roots;       // where each tree begins, ascending from 0
  std::vector<std::uint16_t> leaf_table;  // see Node::child

  bool operator==(const Trees&) const = default;

  /// Adds trees, whose children and records count from 0. Throws ValueError when their nodes cannot be numbered.
  void append(const Trees& trees);

  /// Throws FormatError naming the first node that is wrong, so that no input can make a walk leave the arrays or run
  /// for ever.
  void check(Index features, Index classes) const;

  /// Adds the class shares of a leaf to `votes`, of all classes.
  void add_vote(const Node& leaf, float* votes) const noexcept;

  /// Lets one tree vote on several samples. votes[i]: those for samples[i], of all classes.
  void vote(std::uint32_t root, std::span<const std::uint8_t* const> samples, std::span<float* const> votes) const;

  /// Lets all trees vote on one sample.
  void vote(const std::uint8_t* sample, float* votes) const;

  /// Lets all trees vote on several samples.
  void vote(std::span<const std::uint8_t* const> samples, std::span<float* const> votes) const;

 private:
  static constexpr std::size_t lanes = 8;  // walks at once

  void check_tree(std::uint32_t first, std::uint32_t end, Index features, Index classes) const;
  void check_leaf(std::uint32_t index, Index classes) const;
};

}  // namespace inkling::inline INKLING_ABI::forest

#ifndef INKLING_COMPILED
#include <inkling/forest/trees.ipp>
#endif
