#pragma once

#include <inkling/nn/kernels/simd.hpp>

#include <algorithm>

namespace inkling::nn::kernels {

/// The register tile that every product in the library runs through: a block of `tile_rows x columns` results that
/// stays in registers while the sum runs.
///
///     result(i, j) += sum over k of a[k * a_step + i] * b(j)[k * b_step]        i < tile_rows, j < columns
///
/// Each step of k loads the rows once, broadcasts one number a column, and does tile_packs * columns fused
/// multiply-adds. With 16 registers the best is 2 packs by 6 columns: 12 sums, 2 for the rows, 1 for the broadcast; 12
/// independent sums also hide the latency of the multiply-add. With 32 registers it is 2 by 12.
inline constexpr int tile_packs = 2;
inline constexpr int tile_columns = register_count == 32 ? 12 : 6;
template <typename S>
inline constexpr Index tile_rows = tile_packs* lanes<S>;

template <typename S, int columns>
struct Tile {
  Pack<S> sums[columns][tile_packs];

  void clear() noexcept {
    for (auto& column : sums) {
      for (auto& pack : column) pack = Pack<S>{};
    }
  }

  /// Starts from `initial[0, tile_rows)` in every column: the bias.
  void start(const S* initial) noexcept {
    for (auto& column : sums) {
      for (int p = 0; p < tile_packs; ++p) column[p] = load<S>(initial + p * lanes<S>);
    }
  }

  /// Adds `depth` products. b[j] is where column j begins.
  [[gnu::always_inline]] void accumulate(Index depth, const S* a, Index a_step, const S* const (&b)[columns],
                                         Index b_step) noexcept {
    Pack<S> local[columns][tile_packs];  // a copy the compiler can keep in registers
    for (int j = 0; j < columns; ++j) {
      for (int p = 0; p < tile_packs; ++p) local[j][p] = sums[j][p];
    }
    for (Index k = 0; k < depth; ++k) {
      const Pack<S> rows[tile_packs] = {load<S>(a), load<S>(a + lanes<S>)};
#pragma GCC unroll 12
      for (int j = 0; j < columns; ++j) {
        const S factor = b[j][k * b_step];
        local[j][0] += rows[0] * factor;
        local[j][1] += rows[1] * factor;
      }
      a += a_step;
    }
    for (int j = 0; j < columns; ++j) {
      for (int p = 0; p < tile_packs; ++p) sums[j][p] = local[j][p];
    }
  }

  /// Writes the first `rows` of column j, adding to what is there when `add` is set.
  void write(int j, S* to, Index rows, bool add) const noexcept {
    if (rows == tile_rows<S>) {
      for (int p = 0; p < tile_packs; ++p) {
        S* const part = to + p * lanes<S>;
        store<S>(part, add ? load<S>(part) + sums[j][p] : sums[j][p]);
      }
      return;
    }
    S values[tile_rows<S>];
    for (int p = 0; p < tile_packs; ++p) store<S>(values + p * lanes<S>, sums[j][p]);
    for (Index i = 0; i < rows; ++i) to[i] = add ? to[i] + values[i] : values[i];
  }
};

/// Calls `work` with the count as a compile-time constant, `work.template operator()<columns>()`, so that the tile's
/// loops unroll. Requires: 1 <= columns <= tile_columns.
template <int most = tile_columns, typename Work>
[[gnu::always_inline]] inline void with_columns(Index columns, Work&& work) {
  if constexpr (most > 1) {
    if (columns < most) return with_columns<most - 1>(columns, work);
  }
  work.template operator()<most>();
}

/// Copies a strided rows x depth block into panels of tile_rows rows each, [panel][depth][tile_rows], the last one
/// filled up with zeros. Element (i, k) of the source is source[i * row_step + k * depth_step].
template <typename S>
void pack_rows(const S* source, Index rows, Index depth, Index row_step, Index depth_step, S* panels) noexcept {
  for (Index first = 0; first < rows; first += tile_rows<S>) {
    const Index count = std::min(tile_rows<S>, rows - first);
    const S* const from = source + first * row_step;
    for (Index k = 0; k < depth; ++k, panels += tile_rows<S>) {
      if (row_step == 1) {
        std::copy_n(from + k * depth_step, count, panels);
      } else {
        for (Index i = 0; i < count; ++i) panels[i] = from[i * row_step + k * depth_step];
      }
      std::fill(panels + count, panels + tile_rows<S>, S{0});
    }
  }
}

/// The number of values that pack_rows writes.
template <typename S>
constexpr Index packed_size(Index rows, Index depth) noexcept {
  return (rows + tile_rows<S> - 1) / tile_rows<S> * tile_rows<S> * depth;
}

}  // namespace inkling::nn::kernels
