#pragma once

#include <inkling/core/matrix.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace inkling::forest {

namespace detail {

/// Transposes eight rows of eight bytes held in words: three rounds swap halves, quarters and single bytes.
inline void transpose_bytes(std::array<std::uint64_t, 8>& rows) noexcept {
  constexpr std::array<std::pair<unsigned, std::uint64_t>, 3> rounds{
      {{4, 0x00000000FFFFFFFFULL}, {2, 0x0000FFFF0000FFFFULL}, {1, 0x00FF00FF00FF00FFULL}}};
  for (const auto& [distance, mask] : rounds) {
    for (unsigned i = 0; i < 8; ++i) {
      if ((i & distance) != 0) continue;
      const std::uint64_t swapped = ((rows[i] >> (8 * distance)) ^ rows[i + distance]) & mask;
      rows[i + distance] ^= swapped;
      rows[i] ^= swapped << (8 * distance);
    }
  }
}

}  // namespace detail

/// Writes `count` samples of `features` bytes as columns of features: value f of sample i goes to
/// target[f * stride + i]. `sample(i)` points to the bytes of sample i. Requires: stride >= count.
template <typename SampleBytes>
void transpose_samples(Index count, Index features, SampleBytes&& sample, std::uint8_t* target, Index stride) {
  constexpr Index side = 8;
  const Index whole_features = std::endian::native == std::endian::little ? features / side * side : 0;
  Index i = 0;
  for (; i + side <= count; i += side) {
    std::array<const std::uint8_t*, side> rows;
    for (Index k = 0; k < side; ++k) rows[static_cast<std::size_t>(k)] = sample(i + k);
    std::array<std::uint64_t, side> tile;
    for (Index f = 0; f < whole_features; f += side) {
      for (std::size_t k = 0; k < side; ++k) std::memcpy(&tile[k], rows[k] + f, side);
      detail::transpose_bytes(tile);
      for (Index k = 0; k < side; ++k) {
        std::memcpy(target + (f + k) * stride + i, &tile[static_cast<std::size_t>(k)], side);
      }
    }
    for (Index f = whole_features; f < features; ++f) {
      for (Index k = 0; k < side; ++k) target[f * stride + i + k] = rows[static_cast<std::size_t>(k)][f];
    }
  }
  for (; i < count; ++i) {
    const std::uint8_t* row = sample(i);
    for (Index f = 0; f < features; ++f) target[f * stride + i] = row[f];
  }
}

}  // namespace inkling::forest
