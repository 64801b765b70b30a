#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/forest/node.hpp>
#include <inkling/forest/trees.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::forest {

namespace detail {

/// Walks several samples at once from the nodes in `at` to their leaves: the walks do not depend on one another, so
/// that the processor can wait for the memory of all of them at the same time. The roots may be of one tree or several.
template <std::size_t lanes>
void walk(const Node* nodes, std::array<std::uint32_t, lanes>& at,
          const std::array<const std::uint8_t*, lanes>& samples) noexcept {
  for (bool moving = true; moving;) {
    moving = false;
    for (std::size_t l = 0; l < lanes; ++l) {
      const Node node = nodes[at[l]];
      const bool split = !node.is_leaf();
      const std::uint32_t next = node.child + (samples[l][split ? node.feature : 0] > node.threshold ? 1 : 0);
      at[l] = split ? next : at[l];
      moving |= split;
    }
  }
}

inline std::string where(std::uint32_t node) {
  return "RandomForest: node " + std::to_string(node) + ": ";
}

}  // namespace detail

INKLING_INLINE void Trees::append(const Trees& trees) {
  constexpr std::size_t limit = std::numeric_limits<std::uint32_t>::max();
  require<ValueError>(nodes.size() + trees.nodes.size() < limit && leaf_table.size() + trees.leaf_table.size() < limit,
                      "RandomForest: more than 4,294,967,295 nodes; grow fewer or smaller trees");
  const auto first_node = static_cast<std::uint32_t>(nodes.size());
  const auto first_record = static_cast<std::uint32_t>(leaf_table.size());
  for (const std::uint32_t root : trees.roots) roots.push_back(first_node + root);
  for (Node node : trees.nodes) {
    if (!node.is_leaf()) {
      node.child += first_node;
    } else if (node.is_mixed()) {
      node.child += first_record;
    }
    nodes.push_back(node);
  }
  leaf_table.insert(leaf_table.end(), trees.leaf_table.begin(), trees.leaf_table.end());
}

INKLING_INLINE void Trees::add_vote(const Node& leaf, float* votes) const noexcept {
  if (!leaf.is_mixed()) {
    votes[leaf.child] += 1;
    return;
  }
  const std::uint16_t* record = leaf_table.data() + leaf.child;
  const std::size_t size = *record++;
  std::uint32_t total = 0;
  for (std::size_t k = 0; k < size; ++k) total += record[2 * k + 1];
  const float share = 1.0F / static_cast<float>(total);
  for (std::size_t k = 0; k < size; ++k) votes[record[2 * k]] += share * static_cast<float>(record[2 * k + 1]);
}

INKLING_INLINE void Trees::vote(std::uint32_t root, std::span<const std::uint8_t* const> samples,
                                std::span<float* const> votes) const {
  for (std::size_t first = 0; first < samples.size(); first += lanes) {
    const std::size_t count = std::min(lanes, samples.size() - first);
    std::array<std::uint32_t, lanes> at;
    std::array<const std::uint8_t*, lanes> bytes;
    at.fill(root);
    for (std::size_t l = 0; l < lanes; ++l) bytes[l] = samples[first + std::min(l, count - 1)];
    detail::walk(nodes.data(), at, bytes);
    for (std::size_t l = 0; l < count; ++l) add_vote(nodes[at[l]], votes[first + l]);
  }
}

INKLING_INLINE void Trees::vote(const std::uint8_t* sample, float* votes) const {
  std::array<const std::uint8_t*, lanes> bytes;
  bytes.fill(sample);
  for (std::size_t first = 0; first < roots.size(); first += lanes) {
    const std::size_t count = std::min(lanes, roots.size() - first);
    std::array<std::uint32_t, lanes> at;
    for (std::size_t l = 0; l < lanes; ++l) at[l] = roots[first + std::min(l, count - 1)];
    detail::walk(nodes.data(), at, bytes);
    for (std::size_t l = 0; l < count; ++l) add_vote(nodes[at[l]], votes);
  }
}

INKLING_INLINE void Trees::vote(std::span<const std::uint8_t* const> samples, std::span<float* const> votes) const {
  if (samples.size() < lanes) {
    for (std::size_t i = 0; i < samples.size(); ++i) vote(samples[i], votes[i]);
  } else {
    for (const std::uint32_t root : roots) vote(root, samples, votes);
  }
}

INKLING_INLINE void Trees::check(Index features, Index classes) const {
  constexpr std::size_t limit = std::numeric_limits<std::uint32_t>::max();
  require<FormatError>(nodes.size() < limit && leaf_table.size() < limit, "RandomForest: too many nodes");
  require<FormatError>(features <= Node::max_features, "RandomForest: more than 65,535 features");
  require<FormatError>(classes <= Node::max_classes, "RandomForest: more than 65,535 classes");
  require<FormatError>(!roots.empty() && roots.front() == 0, "RandomForest: the first tree must begin at node 0");
  for (std::size_t t = 0; t < roots.size(); ++t) {
    const std::size_t end = t + 1 < roots.size() ? roots[t + 1] : nodes.size();
    if (roots[t] >= end || end > nodes.size()) {
      throw FormatError("RandomForest: tree " + std::to_string(t) + " begins at node " + std::to_string(roots[t]) +
                        " and ends before node " + std::to_string(end) + " of " + std::to_string(nodes.size()));
    }
    check_tree(roots[t], static_cast<std::uint32_t>(end), features, classes);
  }
}

/// Children after their parent: whoever walks makes headway, and arrives at a leaf of the same tree.
INKLING_INLINE void Trees::check_tree(std::uint32_t first, std::uint32_t end, Index features, Index classes) const {
  for (std::uint32_t i = first; i < end; ++i) {
    const Node& node = nodes[i];
    if (node.is_leaf()) {
      check_leaf(i, classes);
    } else if (node.feature >= features) {
      throw FormatError(detail::where(i) + "feature " + std::to_string(node.feature) + " of " +
                        std::to_string(features));
    } else if (node.child <= i || node.child >= end - 1) {
      throw FormatError(detail::where(i) + "children must stand behind it and before node " + std::to_string(end) +
                        ", got " + std::to_string(node.child));
    }
  }
}

INKLING_INLINE void Trees::check_leaf(std::uint32_t index, Index classes) const {
  const Node& leaf = nodes[index];
  const auto check_class = [&](std::uint32_t label) {
    if (static_cast<Index>(label) >= classes) {
      throw FormatError(detail::where(index) + "class " + std::to_string(label) + " of " + std::to_string(classes));
    }
  };
  if (!leaf.is_mixed()) return check_class(leaf.child);
  const std::size_t size = leaf.child < leaf_table.size() ? leaf_table[leaf.child] : 0;
  if (size == 0 || leaf_table.size() - leaf.child - 1 < 2 * size) {
    throw FormatError(detail::where(index) + "its leaf record at " + std::to_string(leaf.child) + " of " +
                      std::to_string(leaf_table.size()) + " is empty or cut off");
  }
  for (std::size_t k = leaf.child + 1; k < leaf.child + 1 + 2 * size; k += 2) {
    check_class(leaf_table[k]);
    if (leaf_table[k + 1] == 0) throw FormatError(detail::where(index) + "its leaf record has a count of 0");
  }
}

}  // namespace inkling::inline INKLING_ABI::forest
