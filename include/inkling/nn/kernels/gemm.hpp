#pragma once

#include <inkling/nn/kernels/tile.hpp>
#include <inkling/nn/scratch.hpp>

#include <algorithm>

namespace inkling::nn::kernels {

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

/// Depth of one block: a packed row panel (tile_rows x 256 floats, 16 kB with AVX2) stays in the first-level cache.
inline constexpr Index gemm_depth_block = 256;

/// The same product by packed panels and register tiles (Goto and van de Geijn 2008, "Anatomy of High-Performance
/// Matrix Multiplication"). One thread; the order of every sum is fixed, so the bits do not depend on who calls it.
/// Each panel of rows is packed when its turn comes, and used for all columns while it is hot.
template <typename S>
void gemm(Index rows, Index columns, Index depth, Strided<S> a, Strided<S> b, S* c, Index c_step, bool add,
          Buffer<S>& memory) {
  if (depth == 0 && !add) {
    for (Index j = 0; j < columns; ++j) std::fill_n(c + j * c_step, rows, S{0});
  }
  S* const panel = memory.matrix(tile_rows<S>, gemm_depth_block).data();
  for (Index k = 0; k < depth; k += gemm_depth_block) {
    const Index block = std::min(gemm_depth_block, depth - k);
    for (Index i = 0; i < rows; i += tile_rows<S>) {
      const Index height = std::min(tile_rows<S>, rows - i);
      const S* const a_block = a.data + i * a.row_step + k * a.column_step;
      // Packing pays once several column tiles share the panel; before that, rows that lie together are read in place.
      const bool in_place = columns <= tile_columns && height == tile_rows<S> && a.row_step == 1;
      if (!in_place) pack_rows(a_block, height, block, a.row_step, a.column_step, panel);
      for (Index j = 0; j < columns; j += tile_columns) {
        with_columns(std::min<Index>(tile_columns, columns - j), [&]<int width>() {
          const S* b_columns[width];
          for (int t = 0; t < width; ++t) b_columns[t] = b.data + k * b.row_step + (j + t) * b.column_step;
          Tile<S, width> tile;
          tile.clear();
          tile.accumulate(block, in_place ? a_block : panel, in_place ? a.column_step : tile_rows<S>, b_columns,
                          b.row_step);
          for (int t = 0; t < width; ++t) tile.write(t, c + i + (j + t) * c_step, height, add || k > 0);
        });
      }
    }
  }
}

}  // namespace inkling::nn::kernels
