#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/epilogue.hpp>
#include <inkling/nn/kernels/simd.hpp>
#include <inkling/nn/kernels/tile.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

/// Products of bfloat16 numbers (a float without its lower 16 bits) with sums in float. CPUs with AVX512_BF16 multiply
/// pairs of them by one instruction; elsewhere each is widened first, which gains memory but no speed.
namespace inkling::inline INKLING_ABI::nn::kernels {

using Bf16 = Eigen::bfloat16;

/// Whether one instruction multiplies a pair and adds it. Where none does, floats are faster. Where one does, it
/// depends on the CPU: some have it at twice the rate of floats, others at less than the rate of floats.
#if defined(__AVX512BF16__)
inline constexpr bool bf16_is_fast = true;
#else
inline constexpr bool bf16_is_fast = false;
#endif

/// One pair of bfloat16, the first in the lower half.
using Bf16Pair = std::uint32_t;
using Bf16PairPack = PackOf<Bf16Pair>::type;

inline float lower_half(Bf16Pair pair) noexcept {
  return std::bit_cast<float>(pair << 16U);
}
inline float upper_half(Bf16Pair pair) noexcept {
  return std::bit_cast<float>(pair & 0xFFFF0000U);
}

/// sums + a.first * b.first + a.second * b.second, lane by lane.
[[gnu::always_inline]] inline Pack<float> add_pair_products(const Pack<float>& sums, const Bf16PairPack& a,
                                                            Bf16Pair b) noexcept {
#if defined(__AVX512BF16__)
  return std::bit_cast<Pack<float>>(_mm512_dpbf16_ps(std::bit_cast<__m512>(sums), std::bit_cast<__m512bh>(a),
                                                     std::bit_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(b)))));
#else
  const auto first = std::bit_cast<Pack<float>>(a << 16U);
  const auto second = std::bit_cast<Pack<float>>(a & 0xFFFF0000U);
  return sums + first * lower_half(b) + second * upper_half(b);
#endif
}

/// The sizes of c (rows x columns) = a (rows x runs * depth) * b: a column of b is `runs` runs of `depth` numbers, the
/// runs b_run apart. Requires: depth is even.
struct Bf16Sizes {
  Index rows;
  Index columns;
  Index runs;
  Index depth;
  Index b_run;

  /// Numbers that bf16_pack writes.
  Index packed_size() const noexcept { return kernels::packed_size<float>(rows, runs * depth); }
};

/// Rounds a (rows x runs * depth, column-major) into panels [panel][run][depth / 2][row of the panel][2].
inline void bf16_pack(const Bf16Sizes& sizes, const float* a, Bf16* packed) noexcept {
  for (Index first = 0; first < sizes.rows; first += tile_rows<float>) {
    for (Index k = 0; k < sizes.runs * sizes.depth; k += 2) {
      for (Index i = first; i < first + tile_rows<float>; ++i) {
        for (Index pair = 0; pair < 2; ++pair) {
          *packed++ = Bf16(i < sizes.rows ? a[(k + pair) * sizes.rows + i] : 0.0F);
        }
      }
    }
  }
}

/// The reference: column j of b begins at b + origin(j), column j of c at c + j * rows.
template <typename Origin>
void bf16_multiply_naive(const Bf16Sizes& sizes, const Bf16* a, const Bf16* b, Origin&& origin, float* c) {
  for (Index j = 0; j < sizes.columns; ++j) {
    for (Index i = 0; i < sizes.rows; ++i) {
      float sum = 0;
      for (Index run = 0; run < sizes.runs; ++run) {
        for (Index k = 0; k < sizes.depth; ++k) {
          sum += static_cast<float>(a[(run * sizes.depth + k) * sizes.rows + i]) *
                 static_cast<float>(b[origin(j) + run * sizes.b_run + k]);
        }
      }
      c[j * sizes.rows + i] = sum;
    }
  }
}

/// The fast bf16_multiply_naive, with an epilogue. `packed` comes from bf16_pack.
template <typename Origin>
void bf16_multiply(const Bf16Sizes& sizes, const Bf16* packed, const Bf16* b, Origin&& origin,
                   const Epilogue<float>& epilogue, float* c) {
  constexpr Index rows_together = tile_rows<float>;
  const Index panel_size = rows_together * sizes.runs * sizes.depth;
  for (Index i = 0; i < sizes.rows; i += rows_together) {
    const Index height = std::min(rows_together, sizes.rows - i);
    float start[rows_together] = {};
    if (epilogue.bias != nullptr) std::copy_n(epilogue.bias + i, height, start);
    in_even_groups(sizes.columns, [&]<int width>(Index j) {
      const Bf16* columns[width];
      for (int t = 0; t < width; ++t) columns[t] = b + origin(j + t);
      const Bf16* a = packed + i / rows_together * panel_size;
      Tile<float, width> tile;
      tile.start(start);
      for (Index run = 0; run < sizes.runs; ++run) {
        for (Index k = 0; k < sizes.depth; k += 2, a += 2 * rows_together) {
          Bf16PairPack low, high;
          std::memcpy(&low, a, sizeof low);
          std::memcpy(&high, a + rows_together, sizeof high);
#pragma GCC unroll 12
          for (int t = 0; t < width; ++t) {
            Bf16Pair pair;
            std::memcpy(&pair, columns[t] + run * sizes.b_run + k, sizeof pair);
            tile.sums[t][0] = add_pair_products(tile.sums[t][0], low, pair);
            tile.sums[t][1] = add_pair_products(tile.sums[t][1], high, pair);
          }
        }
      }
      tile.activate(epilogue);
      tile.write(c + j * sizes.rows + i, sizes.rows, height, false);
    });
  }
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
