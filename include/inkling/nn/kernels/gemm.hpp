#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/tile.hpp>
#include <inkling/nn/scratch.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI::nn::kernels {

/// A matrix somewhere in memory: element (i, j) is data[i * row_step + j * column_step]. Swapping the steps transposes.
template <typename S>
struct Strided {
  const S* data;
  Index row_step;
  Index column_step;
};

template <typename S>
Strided<S> plain(const ConstMatrixRef<S>& matrix) noexcept {
  return {matrix.data(), 1, matrix.outerStride()};
}
template <typename S>
Strided<S> transposed(const ConstMatrixRef<S>& matrix) noexcept {
  return {matrix.data(), matrix.outerStride(), 1};
}

/// c (rows x columns, column-major with c_step between columns) = a (rows x depth) * b (depth x columns), or += when
/// `add`. The reference that the fast kernel is tested against.
template <typename S>
void gemm_naive(Index rows, Index columns, Index depth, Strided<S> a, Strided<S> b, S* c, Index c_step, bool add) {
  for (Index j = 0; j < columns; ++j) {
    for (Index i = 0; i < rows; ++i) {
      S sum = add ? c[i + j * c_step] : S{0};
      for (Index k = 0; k < depth; ++k) {
        sum += a.data[i * a.row_step + k * a.column_step] * b.data[k * b.row_step + j * b.column_step];
      }
      c[i + j * c_step] = sum;
    }
  }
}

/// One block of `a` is packed at a time: 256 x 256 floats are 256 kB, half of a common second-level cache.
inline constexpr Index gemm_row_block = 256;
inline constexpr Index gemm_depth_block = 256;

namespace detail {

/// The steps of a block of depth at which some column of a tile is not zero, with those columns' values.
template <typename S>
struct ChosenSteps {
  Index count;
  Index offsets[gemm_depth_block];            // of the rows of `a`
  S values[gemm_depth_block * tile_columns];  // [step][column]
};

/// Gathers `width` columns of b, leaving out steps at which all are zero: most of them, where b holds images. The rows
/// of `a` lie a_step apart.
template <int width, typename S>
void choose_steps(Index depth, const Strided<S>& b, Index a_step, ChosenSteps<S>& chosen) noexcept {
  chosen.count = 0;
  for (Index k = 0; k < depth; ++k) {
    S* const to = chosen.values + chosen.count * width;
    bool any = false;
    for (int t = 0; t < width; ++t) {
      to[t] = b.data[k * b.row_step + t * b.column_step];
      any |= to[t] != S{0};
    }
    chosen.offsets[chosen.count] = k * a_step;
    chosen.count += any ? 1 : 0;
  }
}

/// True when choosing pays: an eighth of the steps would be left out. Requires: b.row_step is 1.
template <int width, typename S>
bool many_zero_steps(Index depth, const Strided<S>& b) noexcept {
  int zeros = 0;
  for (Index k = 0; k < depth; ++k) {
    int zero = 1;
    for (int t = 0; t < width; ++t) zero &= b.data[k + t * b.column_step] == S{0} ? 1 : 0;
    zeros += zero;
  }
  return 8 * zeros > depth;
}

}  // namespace detail

namespace detail {

/// One column through `count` panels at once: the sums of one panel alone would wait for each other.
template <int count, typename S>
void multiply_column(const S* panels, Index panel_step, const ChosenSteps<S>& steps, S* c, Index rows, bool add) {
  Tile<S, 1> tiles[count];
#pragma GCC unroll 12
  for (int p = 0; p < count; ++p) tiles[p].clear();
  for (Index s = 0; s < steps.count; ++s) {
    const S* const a = panels + steps.offsets[s];
    const S factor = steps.values[s];
#pragma GCC unroll 12
    for (int p = 0; p < count; ++p) {
      tiles[p].sums[0][0] += load<S>(a + p * panel_step) * factor;
      tiles[p].sums[0][1] += load<S>(a + p * panel_step + lanes<S>) * factor;
    }
  }
#pragma GCC unroll 12
  for (int p = 0; p < count; ++p) {
    tiles[p].write(c + p * tile_rows<S>, 0, std::min(tile_rows<S>, rows - p * tile_rows<S>), add);
  }
}

/// c (rows x columns) = panels (rows x depth) * b, or += when `add`; depth <= gemm_depth_block. Panels lie panel_step
/// apart, and within one the rows of the next step a_step.
template <typename S>
void multiply_panels(Index rows, Index columns, Index depth, const S* panels, Index panel_step, Index a_step,
                     const Strided<S>& b, S* c, Index c_step, bool add) {
  ChosenSteps<S> steps;
  if (columns == 1) {
    choose_steps<1>(depth, b, a_step, steps);
    constexpr Index together = tile_columns;
    for (Index i = 0; i < rows; i += together * tile_rows<S>) {
      const Index count = std::min(together, (rows - i + tile_rows<S> - 1) / tile_rows<S>);
      with_columns(count, [&]<int fixed>() {
        multiply_column<fixed>(panels + i / tile_rows<S> * panel_step, panel_step, steps, c + i, rows - i, add);
      });
    }
    return;
  }
  in_even_groups(columns, [&]<int width>(Index j) {
    const Strided<S> b_group{b.data + j * b.column_step, b.row_step, b.column_step};
    // Columns that are scattered in memory are gathered in any case; looking for zeros in others pays when many panels
    // share the work.
    const bool choose = b.row_step != 1 || (rows >= 8 * tile_rows<S> && many_zero_steps<width>(depth, b_group));
    if (choose) choose_steps<width>(depth, b_group, a_step, steps);
    for (Index i = 0; i < rows; i += tile_rows<S>) {
      const S* const panel = panels + i / tile_rows<S> * panel_step;
      Tile<S, width> tile;
      tile.clear();
      if (choose) {
        tile.accumulate_chosen(steps.count, panel, steps.offsets, steps.values);
      } else {
        tile.accumulate(depth, panel, a_step, b_group.data, b.column_step, 1);
      }
      tile.write(c + i + j * c_step, c_step, std::min(tile_rows<S>, rows - i), add);
    }
  });
}

}  // namespace detail

/// The same product by packed panels and register tiles (Goto and van de Geijn 2008, "Anatomy of High-Performance
/// Matrix Multiplication"). One thread; the order of every sum is fixed, so the bits do not depend on who calls it.
/// A zero in `b` adds nothing, even where `a` is infinite.
template <typename S>
void gemm(Index rows, Index columns, Index depth, Strided<S> a, Strided<S> b, S* c, Index c_step, bool add,
          Buffer<S>& memory) {
  if (depth == 0 && !add) {
    for (Index j = 0; j < columns; ++j) std::fill_n(c + j * c_step, rows, S{0});
  }
  S* const panels = memory.matrix(gemm_row_block * gemm_depth_block, 1).data();
  for (Index k = 0; k < depth; k += gemm_depth_block) {
    const Index block = std::min(gemm_depth_block, depth - k);
    const Strided<S> b_block{b.data + k * b.row_step, b.row_step, b.column_step};
    for (Index i = 0; i < rows; i += gemm_row_block) {
      const Index height = std::min(gemm_row_block, rows - i);
      const S* const a_block = a.data + i * a.row_step + k * a.column_step;
      // Packing pays once several column tiles share the panels; before that, rows that lie together are read in place.
      if (columns <= tile_columns && height % tile_rows<S> == 0 && a.row_step == 1) {
        detail::multiply_panels(height, columns, block, a_block, tile_rows<S>, a.column_step, b_block, c + i, c_step,
                                add || k > 0);
      } else {
        pack_rows(a_block, height, block, a.row_step, a.column_step, panels);
        detail::multiply_panels(height, columns, block, panels, tile_rows<S> * block, tile_rows<S>, b_block, c + i,
                                c_step, add || k > 0);
      }
    }
  }
}

/// Packs all of `a` for multiply_packed, a block of depth after the other; `packed` has room for packed_size(rows,
/// depth).
template <typename S>
void pack_matrix(Index rows, Index depth, Strided<S> a, S* packed) noexcept {
  for (Index k = 0; k < depth; k += gemm_depth_block) {
    const Index block = std::min(gemm_depth_block, depth - k);
    pack_rows(a.data + k * a.column_step, rows, block, a.row_step, a.column_step, packed);
    packed += packed_size<S>(rows, block);
  }
}

/// c (rows x columns) = a * b as gemm computes it, where pack_matrix has seen `a`.
template <typename S>
void multiply_packed(Index rows, Index columns, Index depth, const S* packed, Strided<S> b, S* c, Index c_step) {
  for (Index k = 0; k < depth; k += gemm_depth_block) {
    const Index block = std::min(gemm_depth_block, depth - k);
    detail::multiply_panels(rows, columns, block, packed, tile_rows<S> * block, tile_rows<S>,
                            {b.data + k * b.row_step, b.row_step, b.column_step}, c, c_step, k > 0);
    packed += packed_size<S>(rows, block);
  }
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
