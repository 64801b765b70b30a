#pragma once

#include <inkling/core/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace inkling::inline INKLING_ABI::forest {

/// One node of a tree in eight bytes. Trees of a forest stand one after another in one array; children stand side by
/// side, after their parent.
struct Node {
  static constexpr std::uint16_t leaf = 0xFFFF;
  static constexpr std::uint16_t max_features = leaf;  // features 0 .. 65534
  static constexpr std::uint16_t max_classes = 65535;

  /// A split: where the left child stands; the right one follows it. A leaf of one class: that class. A leaf of several
  /// classes: where its record begins in the leaf table, which holds k, then k pairs (class, count).
  std::uint32_t child = 0;
  std::uint16_t feature = leaf;  // `leaf`, or the byte that the split looks at
  std::uint8_t threshold = 0;    // a split: bytes <= threshold go left. A leaf: 0 one class, 1 several

  bool is_leaf() const noexcept { return feature == leaf; }
  bool is_mixed() const noexcept { return threshold != 0; }  // of a leaf
  bool operator==(const Node&) const = default;
};

static_assert(sizeof(Node) == 8);

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

}  // namespace inkling::inline INKLING_ABI::forest
