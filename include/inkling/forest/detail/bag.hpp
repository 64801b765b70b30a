#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>

#include <cstdint>
#include <limits>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// How often each of `samples` is drawn when as many are drawn with repeats. `rng` is that of the tree, new: whoever
/// knows the tree's seed knows its bag.
inline std::vector<std::uint16_t> draw_bag(Rng& rng, Index samples) {
  constexpr std::uint16_t most = std::numeric_limits<std::uint16_t>::max();
  const auto count = static_cast<std::uint32_t>(samples);
  std::vector<std::uint16_t> bag(count, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint16_t& times = bag[rng.below(count)];
    if (times < most) ++times;
  }
  return bag;
}

/// The seed of tree number `tree` of a forest.
inline std::uint64_t tree_seed(std::uint64_t forest_seed, Index tree) noexcept {
  return derive_seed(forest_seed, {static_cast<std::uint64_t>(tree)});
}

}  // namespace inkling::inline INKLING_ABI::forest::detail
