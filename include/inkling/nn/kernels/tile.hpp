#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/epilogue.hpp>
#include <inkling/nn/kernels/simd.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI::nn::kernels {

/// The register tile that every product in the library runs through: a block of tile_rows x columns results that stays
/// in registers while the sum runs. The sum has two levels, so that one call can walk over the rows of an image or of a
/// filter:
///
///     result(i, j) += sum over r < runs, k < depth of  a[r * a_run + k * a_step + i] * b[j][r * b_run + k * b_step]
///
/// Each step loads the rows once, broadcasts one number a column, and does tile_packs * columns fused multiply-adds.
/// With 16 registers the best is 2 packs by 6 columns: 12 sums, 2 for the rows, 1 for the broadcast; 12 independent
/// sums also hide the latency of the multiply-add. With 32 registers it is 2 by 12.
inline constexpr int tile_packs = 2;  // accumulate names them low and high
inline constexpr int tile_columns = register_count == 32 ? 12 : 6;
template <typename S>
inline constexpr Index tile_rows = tile_packs* lanes<S>;

template <typename S, int columns>
struct Tile {
  Pack<S> sums[columns][tile_packs];

  [[gnu::always_inline]] void clear() noexcept {
#pragma GCC unroll 12
    for (int j = 0; j < columns; ++j) sums[j][0] = sums[j][1] = Pack<S>{};
  }

  /// Starts from `initial[0, tile_rows)` in every column: the bias.
  [[gnu::always_inline]] void start(const S* initial) noexcept {
#pragma GCC unroll 12
    for (int j = 0; j < columns; ++j) {
      sums[j][0] = load<S>(initial);
      sums[j][1] = load<S>(initial + lanes<S>);
    }
  }

  /// Adds runs * depth products; b[j] is where column j begins.
  [[gnu::always_inline]] void accumulate(Index runs, Index depth, const S* a, Index a_run, Index a_step,
                                         const S* const (&b)[columns], Index b_run, Index b_step) noexcept {
    for (Index r = 0; r < runs; ++r) {
      const S* rows = a + r * a_run;
      Index offset = r * b_run;
      for (Index k = 0; k < depth; ++k) {
        const Pack<S> low = load<S>(rows);
        const Pack<S> high = load<S>(rows + lanes<S>);
#pragma GCC unroll 12
        for (int j = 0; j < columns; ++j) {
          const S factor = b[j][offset];
          sums[j][0] += low * factor;
          sums[j][1] += high * factor;
        }
        rows += a_step;
        offset += b_step;
      }
    }
  }

  /// The same for columns that lie `b_column` apart: fewer addresses to keep, so the loop has registers to spare.
  [[gnu::always_inline]] void accumulate(Index depth, const S* a, Index a_step, const S* b, Index b_column,
                                         Index b_step) noexcept {
    const S* far = b + 3 * b_column;
#pragma GCC unroll 2
    for (Index k = 0; k < depth; ++k) {
      const Pack<S> low = load<S>(a);
      const Pack<S> high = load<S>(a + lanes<S>);
#pragma GCC unroll 12
      for (int j = 0; j < columns; ++j) {
        const S factor = j < 3 ? b[j * b_column] : far[(j - 3) * b_column];
        sums[j][0] += low * factor;
        sums[j][1] += high * factor;
      }
      a += a_step;
      b += b_step;
      far += b_step;
    }
  }

  /// The same for `count` chosen steps: the rows of step s are at a + offsets[s], its column values at b + s * columns.
  [[gnu::always_inline]] void accumulate_chosen(Index count, const S* a, const Index* offsets, const S* b) noexcept {
    for (Index s = 0; s < count; ++s) {
      const Pack<S> low = load<S>(a + offsets[s]);
      const Pack<S> high = load<S>(a + offsets[s] + lanes<S>);
#pragma GCC unroll 12
      for (int j = 0; j < columns; ++j) {
        const S factor = b[s * columns + j];
        sums[j][0] += low * factor;
        sums[j][1] += high * factor;
      }
    }
  }

  /// Applies the activation; the bias is what the sums started from.
  [[gnu::always_inline]] void activate(const Epilogue<S>& epilogue) noexcept {
    if (!epilogue.relu) return;
#pragma GCC unroll 12
    for (int j = 0; j < columns; ++j) {
      sums[j][0] = at_least_zero<S>(sums[j][0]);
      sums[j][1] = at_least_zero<S>(sums[j][1]);
    }
  }

  /// Writes the first `rows` of each column, adding to what is there when `add` is set; column j begins at
  /// to + j * step.
  [[gnu::always_inline]] void write(S* to, Index step, Index rows, bool add) const noexcept {
    if (rows == tile_rows<S>) {
#pragma GCC unroll 12
      for (int j = 0; j < columns; ++j) {
        S* const low = to + j * step;
        S* const high = low + lanes<S>;
        store<S>(low, add ? load<S>(low) + sums[j][0] : sums[j][0]);
        store<S>(high, add ? load<S>(high) + sums[j][1] : sums[j][1]);
      }
      return;
    }
#pragma GCC unroll 12
    for (int j = 0; j < columns; ++j) {
      S values[tile_rows<S>];
      store<S>(values, sums[j][0]);
      store<S>(values + lanes<S>, sums[j][1]);
      for (Index i = 0; i < rows; ++i) to[j * step + i] = add ? to[j * step + i] + values[i] : values[i];
    }
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

/// Cuts 0 .. columns into as few groups as tiles allow, of equal width (give or take one: a narrow last tile would not
/// keep the multiply-add units busy), and calls `work.template operator()<width>(first)` for each.
template <typename Work>
[[gnu::always_inline]] inline void in_even_groups(Index columns, Work&& work) {
  if (columns == 0) return;
  const Index groups = (columns + tile_columns - 1) / tile_columns;
  const Index width = columns / groups;
  const Index wider = columns % groups;  // so many groups have one column more
  for (Index g = 0, first = 0; g < groups; ++g) {
    const Index count = g < wider ? width + 1 : width;
    with_columns(count, [&]<int fixed>() { work.template operator()<fixed>(first); });
    first += count;
  }
}

/// Copies a strided rows x depth block into panels of tile_rows rows each, [panel][depth][tile_rows], the last one
/// filled up with zeros. Element (i, k) of the source is source[i * row_step + k * depth_step].
template <typename S>
void pack_rows(const S* source, Index rows, Index depth, Index row_step, Index depth_step, S* panels) noexcept {
  const Index panel_size = tile_rows<S> * depth;
  const Index whole = rows / tile_rows<S>;
  if (row_step == 1) {
    // A few panels at a time: each step of depth reads one contiguous run over them, and the places written to, which
    // often lie a power of two apart, still fit the ways of the first-level cache.
    constexpr Index together = 4;
    for (Index first = 0; first < whole; first += together) {
      const Index count = std::min(together, whole - first);
      for (Index k = 0; k < depth; ++k) {
        const S* const from = source + k * depth_step + first * tile_rows<S>;
        S* const to = panels + first * panel_size + k * tile_rows<S>;
        for (Index panel = 0; panel < count; ++panel) {
          for (int p = 0; p < tile_packs; ++p) {
            store<S>(to + panel * panel_size + p * lanes<S>, load<S>(from + panel * tile_rows<S> + p * lanes<S>));
          }
        }
      }
    }
  } else {
    // Squares of lanes x lanes are transposed in registers when the depth is contiguous.
    const Index squares = depth_step == 1 ? depth / lanes<S> * lanes<S> : 0;
    for (Index i = 0; i < whole * tile_rows<S>; i += lanes<S>) {
      const S* const from = source + i * row_step;
      S* const to = panels + i / tile_rows<S> * panel_size + i % tile_rows<S>;
      for (Index k = 0; k < squares; k += lanes<S>) {
        Pack<S> square[lanes<S>];
#pragma GCC unroll 16
        for (Index l = 0; l < lanes<S>; ++l) square[l] = load<S>(from + l * row_step + k);
        transpose<S>(square);
#pragma GCC unroll 16
        for (Index l = 0; l < lanes<S>; ++l) store<S>(to + (k + l) * tile_rows<S>, square[l]);
      }
      for (Index k = squares; k < depth; ++k) {
        for (Index l = 0; l < lanes<S>; ++l) to[k * tile_rows<S> + l] = from[l * row_step + k * depth_step];
      }
    }
  }
  const Index rest = rows - whole * tile_rows<S>;
  if (rest == 0) return;
  const S* const from = source + whole * tile_rows<S> * row_step;
  S* to = panels + whole * panel_size;
  for (Index k = 0; k < depth; ++k, to += tile_rows<S>) {
    for (Index i = 0; i < rest; ++i) to[i] = from[i * row_step + k * depth_step];
    std::fill(to + rest, to + tile_rows<S>, S{0});
  }
}

/// The number of values that pack_rows writes.
template <typename S>
constexpr Index packed_size(Index rows, Index depth) noexcept {
  return (rows + tile_rows<S> - 1) / tile_rows<S> * tile_rows<S> * depth;
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
