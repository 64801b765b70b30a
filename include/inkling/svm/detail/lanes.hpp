#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <array>
#include <cstddef>
#include <vector>

/// The arithmetic of classes that are trained side by side, sixteen of them in the lanes of a vector register.
namespace inkling::inline INKLING_ABI::svm::detail {

inline constexpr Index lanes = 16;
using Lanes = Eigen::Array<float, lanes, 1>;
/// A number for each class of a group, and each feature or sample. Shape: classes x features, or classes x samples.
using LaneMatrix = Eigen::Array<float, lanes, Eigen::Dynamic>;
/// The same for all classes: class k is lane k % 16 of group k / 16. Lanes that no class needs hold zeros.
using LaneGroups = std::vector<LaneMatrix>;

/// `count` rounded up to a multiple of 16.
constexpr Index whole_tiles(Index count) noexcept {
  return (count + lanes - 1) / lanes * lanes;
}

/// c[r] += sum over d < depth of a[r * row_step + d * depth_step] * b[d] for r < rows. Each c[r] and b[d] is 16
/// numbers, c_step and b_step apart. Requires: rows is a multiple of 16.
///
/// A tile of rows stays in registers while the sum runs; each step loads 16 numbers of b and broadcasts one of a a row.
inline void multiply(Index rows, Index depth, const float* a, Index row_step, Index depth_step, const float* b,
                     Index b_step, float* c, Index c_step) noexcept {
#ifdef __AVX512F__
  constexpr int tile = 16;
#else
  constexpr int tile = 4;  // of two registers each
#endif
  for (Index first = 0; first < rows; first += tile) {
    const float* from = a + first * row_step;
    std::array<Lanes, tile> sums;
#pragma GCC unroll 16
    for (std::size_t r = 0; r < tile; ++r) sums[r] = Lanes::Map(c + (first + static_cast<Index>(r)) * c_step);
    for (Index d = 0; d < depth; ++d, from += depth_step) {
      const Lanes step = Lanes::Map(b + d * b_step);
#pragma GCC unroll 16
      for (std::size_t r = 0; r < tile; ++r) sums[r] += from[static_cast<Index>(r) * row_step] * step;
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < tile; ++r) Lanes::Map(c + (first + static_cast<Index>(r)) * c_step) = sums[r];
  }
}

}  // namespace inkling::inline INKLING_ABI::svm::detail
