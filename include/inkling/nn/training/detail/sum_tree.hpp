#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI::nn::detail {

/// A node of the binary tree in which the gradients of `leaves` micro-batches are added: node `place` of level l covers
/// the leaves from leaves * place / 2^l to leaves * (place + 1) / 2^l. The tree depends on the number of leaves alone,
/// so the sum has the same bits wherever its parts are added; and of 2^l ranks that share the leaves evenly each has
/// the leaves of one node, whose sum is all that it has to send.
struct SumNode {
  Index leaves = 0;
  int level = 0;
  Index place = 0;

  Index first() const noexcept { return (leaves * place) >> level; }
  Index last() const noexcept { return (leaves * (place + 1)) >> level; }  // one behind
  Index size() const noexcept { return last() - first(); }
  bool operator==(const SumNode&) const = default;
  SumNode left() const noexcept { return {leaves, level + 1, 2 * place}; }
  SumNode right() const noexcept { return {leaves, level + 1, 2 * place + 1}; }
};

/// Adds to `nodes`, in order, the largest nodes below `node` whose leaves are all in [first, last).
inline void append_covering(const SumNode& node, Index first, Index last, std::vector<SumNode>& nodes) {
  if (node.size() == 0 || node.last() <= first || last <= node.first()) return;
  if (first <= node.first() && node.last() <= last) {
    nodes.push_back(node);
    return;
  }
  append_covering(node.left(), first, last, nodes);
  append_covering(node.right(), first, last, nodes);
}

/// Values at a time: with moments and gradients they stay in the first-level cache.
inline constexpr Index sum_slice = 2048;

/// to = the sum below `node`, of `count` <= sum_slice values. known(node): the values of a leaf, or of any other node
/// whose sum is there already; else nullptr.
template <typename S, typename Known>
void add_up(const SumNode& node, const Known& known, Index count, S* __restrict to) {
  if (const S* const sum = known(node)) {
    std::copy_n(sum, count, to);
    return;
  }
  const SumNode left = node.left();
  const SumNode right = node.right();
  if (left.size() == 0) return add_up(right, known, count, to);
  if (right.size() == 0) return add_up(left, known, count, to);
  const S* const a = known(left);
  const S* const b = known(right);
  if (a != nullptr && b != nullptr) {
    for (Index i = 0; i < count; ++i) to[i] = a[i] + b[i];
    return;
  }
  add_up(left, known, count, to);
  if (b != nullptr) {
    for (Index i = 0; i < count; ++i) to[i] += b[i];
    return;
  }
  std::array<S, sum_slice> other;
  add_up(right, known, count, other.data());
  for (Index i = 0; i < count; ++i) to[i] += other[static_cast<std::size_t>(i)];
}

}  // namespace inkling::inline INKLING_ABI::nn::detail
