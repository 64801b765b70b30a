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

/// One block of `a` is packed at a time: 128 x 256 floats are 128 kB, a share of the second-level cache that leaves
/// room for the rest.
inline constexpr Index gemm_row_block = 128;
inline constexpr Index gemm_depth_block = 256;

/// The same product by packed panels and register tiles (Goto and van de Geijn 2008, "Anatomy of High-Performance
/// Matrix Multiplication"). One thread; the order of every sum is fixed, so the bits do not depend on who calls it.
template <typename S>
void gemm(Index rows, Index columns, Index depth, Strided<S> a, Strided<S> b, S* c, Index c_step, bool add,
          Buffer<S>& memory) {
  if (depth == 0 && !add) {
    for (Index j = 0; j < columns; ++j) std::fill_n(c + j * c_step, rows, S{0});
  }
  constexpr Index panels_size = gemm_row_block * gemm_depth_block;
  S* const panels = memory.matrix(panels_size + tile_columns * gemm_depth_block, 1).data();
  S* const b_packed = panels + panels_size;
  for (Index k = 0; k < depth; k += gemm_depth_block) {
    const Index block = std::min(gemm_depth_block, depth - k);
    for (Index i = 0; i < rows; i += gemm_row_block) {
      const Index height = std::min(gemm_row_block, rows - i);
      const S* const a_block = a.data + i * a.row_step + k * a.column_step;
      // Packing pays once several column tiles share the panels; before that, rows that lie together are read in place.
      const bool in_place = columns <= tile_columns && height % tile_rows<S> == 0 && a.row_step == 1;
      if (!in_place) pack_rows(a_block, height, block, a.row_step, a.column_step, panels);
      for (Index j = 0; j < columns; j += tile_columns) {
        with_columns(std::min<Index>(tile_columns, columns - j), [&]<int width>() {
          const S* const b_block = b.data + k * b.row_step + j * b.column_step;
          // A column that is scattered in memory is gathered once for all the panels.
          const bool gather = b.row_step != 1;
          const S* b_columns[width];
          for (int t = 0; t < width; ++t) b_columns[t] = gather ? b_packed + t : b_block + t * b.column_step;
          if (gather) {
            for (Index q = 0; q < block; ++q) {
              for (int t = 0; t < width; ++t) b_packed[q * width + t] = b_block[q * b.row_step + t * b.column_step];
            }
          }
          for (Index p = 0; p < height; p += tile_rows<S>) {
            Tile<S, width> tile;
            tile.clear();
            tile.accumulate(1, block, in_place ? a_block + p : panels + p * block, 0,
                            in_place ? a.column_step : tile_rows<S>, b_columns, 0, gather ? width : 1);
            tile.write(c + i + p + j * c_step, c_step, std::min(tile_rows<S>, height - p), add || k > 0);
          }
        });
      }
    }
  }
}

}  // namespace inkling::nn::kernels
