#pragma once

#include <inkling/core/config.hpp>

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

}  // namespace inkling::inline INKLING_ABI::forest
