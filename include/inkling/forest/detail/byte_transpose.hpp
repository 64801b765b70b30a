#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace inkling::inline INKLING_ABI::forest::detail {

/// Eight words in a register, or in as many as the processor needs.
using Words [[gnu::vector_size(64)]] = std::uint64_t;

/// Transposes eight squares of eight rows of eight bytes; rows[r][q]: row r of square q. Three rounds swap halves,
/// quarters and single bytes.
inline void transpose_bytes(std::array<Words, 8>& rows) noexcept {
  constexpr std::array<std::pair<unsigned, std::uint64_t>, 3> rounds{
      {{4, 0x00000000FFFFFFFFULL}, {2, 0x0000FFFF0000FFFFULL}, {1, 0x00FF00FF00FF00FFULL}}};
  for (const auto& [distance, mask] : rounds) {
    for (unsigned i = 0; i < 8; ++i) {
      if ((i & distance) != 0) continue;
      const Words swapped = ((rows[i] >> (8 * distance)) ^ rows[i + distance]) & mask;
      rows[i + distance] ^= swapped;
      rows[i] ^= swapped << (8 * distance);
    }
  }
}

/// Samples and features of a tile: a cache line of either.
inline constexpr Index transposed_side = 64;

/// Writes `count` samples of `features` bytes as columns of features: value f of sample i goes to
/// target[f * stride + i]. `sample(i)` points to the bytes of sample i. Requires: stride >= count.
///
/// Works on tiles, so that each line is read and written once.
template <typename SampleBytes>
void transpose_samples(Index count, Index features, SampleBytes&& sample, std::uint8_t* target, Index stride) {
  constexpr Index side = transposed_side;
  constexpr Index word = 8;
  const Index whole_features = std::endian::native == std::endian::little ? features / side * side : 0;
  std::array<const std::uint8_t*, side> rows;
  std::array<Words, word> squares;
  for (Index i = 0; i < count; i += side) {
    const Index in_tile = std::min(side, count - i);
    const Index whole_rows = in_tile / word * word;
    for (Index k = 0; k < in_tile; ++k) rows[static_cast<std::size_t>(k)] = sample(i + k);
    const auto copy = [&](Index first_row, Index first_feature, Index end_feature) {
      for (Index f = first_feature; f < end_feature; ++f) {
        for (Index k = first_row; k < in_tile; ++k) {
          target[f * stride + i + k] = rows[static_cast<std::size_t>(k)][f];
        }
      }
    };
    for (Index f = 0; f < whole_features; f += side) {
      for (Index k = i + side; k < std::min(i + 2 * side, count); ++k) __builtin_prefetch(sample(k) + f);
      for (Index r = 0; r < whole_rows; r += word) {
        for (Index k = 0; k < word; ++k) {
          std::memcpy(&squares[static_cast<std::size_t>(k)], rows[static_cast<std::size_t>(r + k)] + f, side);
        }
        transpose_bytes(squares);
        for (Index q = 0; q < word; ++q) {
          for (Index k = 0; k < word; ++k) {
            const std::uint64_t bytes = squares[static_cast<std::size_t>(k)][q];
            std::memcpy(target + (f + q * word + k) * stride + i + r, &bytes, word);
          }
        }
      }
      copy(whole_rows, f, f + side);
    }
    copy(0, whole_features, features);
  }
}

}  // namespace inkling::inline INKLING_ABI::forest::detail
