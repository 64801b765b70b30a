#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/nn/kernels/epilogue.hpp>
#include <inkling/nn/kernels/tile.hpp>
#include <inkling/nn/scratch.hpp>

#include <algorithm>

/// 3x3 convolution with stride 1 by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2016, arXiv:1509.09308):
/// a patch of 6x6 inputs gives a tile of 4x4 outputs with 36 multiplications for each pair of channel and filter, where
/// the direct way takes 144.
///
///     Y = A' [ sum over channels of (G g G') * (B' d B) ] A        * value by value
///
///     d: patch 6x6     g: filter 3x3     Y: tile 4x4     B': 6x6     G: 6x3     A': 4x6
///
/// The 36 values of a transformed patch are called points. For one point, many tiles and all channels, the sum is a
/// matrix product; the transforms before and after it run on a register full of channels at a time. Sums are rounded
/// elsewhere than in the direct way: results agree to about 1e-5 of the largest.
///
/// All functions work on one thread, with every sum in a fixed order.
namespace inkling::inline INKLING_ABI::nn::kernels {

inline constexpr Index winograd_tile = 4;  // height and width of the outputs that one patch gives
inline constexpr Index winograd_patch = 6;
inline constexpr Index winograd_points = winograd_patch * winograd_patch;

/// True for a 3x3 convolution of stride 1 whose channels and filters fill whole register tiles, so that no transform
/// has a rest to look after.
template <typename S>
constexpr bool winograd_fits(Index kernel, Index stride, Index channels, Index filters) noexcept {
  return kernel == 3 && stride == 1 && channels % tile_rows<S> == 0 && filters % tile_rows<S> == 0;
}

/// The sizes of one convolution: `top` rows and `left` columns of zeros come before the input, and zeros behind it as
/// far as the output reaches.
struct WinogradSizes {
  Shape in;
  Shape out;  // its channels are the filters
  Index top;
  Index left;

  Index tiles_across() const noexcept { return (out.width + winograd_tile - 1) / winograd_tile; }
  Index tiles() const noexcept { return (out.height + winograd_tile - 1) / winograd_tile * tiles_across(); }
};

namespace winograd {

/// B' d: six values in, six points out, `step` apart.
template <typename S>
[[gnu::always_inline]] inline void input_transform(const Pack<S> (&d)[6], Pack<S>* to, int step) noexcept {
  const Pack<S> a = d[4] - S{4} * d[2];
  const Pack<S> b = d[3] - S{4} * d[1];
  const Pack<S> c = d[4] - d[2];
  const Pack<S> e = S{2} * (d[3] - d[1]);
  to[0] = S{4} * d[0] - S{5} * d[2] + d[4];
  to[step] = a + b;
  to[2 * step] = a - b;
  to[3 * step] = c + e;
  to[4 * step] = c - e;
  to[5 * step] = S{4} * d[1] - S{5} * d[3] + d[5];
}

/// A' m: six points in, four values out.
template <typename S>
[[gnu::always_inline]] inline void output_transform(const Pack<S> (&m)[6], Pack<S>* to, int step) noexcept {
  const Pack<S> a = m[1] + m[2];
  const Pack<S> b = m[1] - m[2];
  const Pack<S> c = m[3] + m[4];
  const Pack<S> e = m[3] - m[4];
  to[0] = m[0] + a + c;
  to[step] = b + S{2} * e;
  to[2 * step] = a + S{4} * c;
  to[3 * step] = b + S{8} * e + m[5];
}

/// A y, the transpose of output_transform: four values in, six points out.
template <typename S>
[[gnu::always_inline]] inline void gradient_transform(const Pack<S> (&y)[4], Pack<S>* to, int step) noexcept {
  const Pack<S> a = y[0] + y[2];
  const Pack<S> b = y[1] + y[3];
  const Pack<S> c = y[0] + S{4} * y[2];
  const Pack<S> e = S{2} * y[1] + S{8} * y[3];
  to[0] = y[0];
  to[step] = a + b;
  to[2 * step] = a - b;
  to[3 * step] = c + e;
  to[4 * step] = c - e;
  to[5 * step] = y[3];
}

/// G g: three values of a filter in, six points out.
template <typename S>
[[gnu::always_inline]] inline void filter_transform(const Pack<S> (&g)[3], Pack<S>* to, int step) noexcept {
  const Pack<S> near = (g[0] + g[2]) * (S{-1} / 6);
  const Pack<S> middle = g[1] * (S{1} / 6);
  const Pack<S> far = g[0] * (S{1} / 24) + g[2] * (S{1} / 6);
  const Pack<S> half = g[1] * (S{1} / 12);
  to[0] = g[0] * (S{1} / 4);
  to[step] = near - middle;
  to[2 * step] = near + middle;
  to[3 * step] = far + half;
  to[4 * step] = far - half;
  to[5 * step] = g[2];
}

/// G' u, the transpose of filter_transform: six points in, three values out.
template <typename S>
[[gnu::always_inline]] inline void filter_gradient_transform(const Pack<S> (&u)[6], Pack<S>* to, int step) noexcept {
  const Pack<S> near = (u[1] + u[2]) * (S{-1} / 6);
  const Pack<S> far = u[3] + u[4];
  to[0] = (S{1} / 4) * u[0] + near + (S{1} / 24) * far;
  to[step] = (u[2] - u[1]) * (S{1} / 6) + (u[3] - u[4]) * (S{1} / 12);
  to[2 * step] = near + (S{1} / 6) * far + u[5];
}

/// A square of values somewhere in memory, each the first of a run of channels: that of row y, column x is
/// first[y * row + x * column].
template <typename S>
struct Square {
  S* first;
  Index row;
  Index column;

  Square from_channel(Index c) const noexcept { return {first + c, row, column}; }
};

/// to = T from T' for one register of channels, where the one-dimensional `transform` T makes `points` of `size`
/// values. `finish` changes each value before it is stored.
template <int size, int points, auto transform, typename S, typename Finish>
[[gnu::always_inline]] inline void transform_square(const Square<const S>& from, const Square<S>& to,
                                                    Finish&& finish) noexcept {
  Pack<S> half[points][size];
#pragma GCC unroll 6
  for (int x = 0; x < size; ++x) {
    Pack<S> column[size];
#pragma GCC unroll 6
    for (int y = 0; y < size; ++y) column[y] = load<S>(from.first + y * from.row + x * from.column);
    transform(column, &half[0][x], size);
  }
#pragma GCC unroll 6
  for (int y = 0; y < points; ++y) {
    Pack<S> row[points];
    transform(half[y], row, 1);
#pragma GCC unroll 6
    for (int x = 0; x < points; ++x) store<S>(to.first + y * to.row + x * to.column, finish(row[x]));
  }
}
template <int size, int points, auto transform, typename S>
[[gnu::always_inline]] inline void transform_square(const Square<const S>& from, const Square<S>& to) noexcept {
  transform_square<size, points, transform>(from, to, [](const Pack<S>& value) { return value; });
}

/// Rows and columns of a square of `side` pixels at (top, left) that lie inside an image.
struct Overlap {
  Overlap(const Shape& image, Index top, Index left, Index side) noexcept
      : first_row(std::max<Index>(0, -top)),
        rows_end(std::min(side, image.height - top)),
        first_column(std::max<Index>(0, -left)),
        columns_end(std::min(side, image.width - left)),
        whole(first_row == 0 && first_column == 0 && rows_end == side && columns_end == side) {}

  Index first_row, rows_end;
  Index first_column, columns_end;
  bool whole;
};

/// The square of `side` pixels at (top, left): in the image itself when it lies inside, else a copy in `border` with
/// zeros around it.
template <typename S>
Square<const S> square_at(const S* image, const Shape& shape, Index top, Index left, Index side, S* border) noexcept {
  const Overlap inside(shape, top, left, side);
  const Index channels = shape.channels;
  if (inside.whole) return {image + (top * shape.width + left) * channels, shape.width * channels, channels};
  std::fill_n(border, side * side * channels, S{0});
  for (Index y = inside.first_row; y < inside.rows_end; ++y) {
    std::copy_n(image + ((top + y) * shape.width + left + inside.first_column) * channels,
                std::max<Index>(0, inside.columns_end - inside.first_column) * channels,
                border + (y * side + inside.first_column) * channels);
  }
  return {border, side * channels, channels};
}

/// Tiles that are worked on together: [first, first + count) of all tiles of all samples.
struct Block {
  const WinogradSizes& sizes;
  Index first;
  Index count;

  /// Calls visit(number in the block, sample, row and column of the first output) for each.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    const Index across = sizes.tiles_across();
    for (Index t = 0; t < count; ++t) {
      const Index within = (first + t) % sizes.tiles();
      visit(t, (first + t) / sizes.tiles(), within / across * winograd_tile, within % across * winograd_tile);
    }
  }
};

/// Where the points of a block lie: [point][tile][channel], the points `step` apart. Not a power of two, or all points
/// would share a few sets of the cache.
template <typename S>
constexpr Index step_between_points(Index tiles, Index channels) noexcept {
  return tiles * channels + 64 / static_cast<Index>(sizeof(S));
}

/// The squares of `side` pixels of x, one a tile, the first of them at (-top, -left).
template <int side, auto transform, typename S>
void to_points(const Block& block, const S* x, const Shape& shape, Index top, Index left, Index step, S* points,
               S* border) noexcept {
  block.for_each([&](Index t, Index sample, Index y0, Index x0) {
    const auto from = square_at(x + sample * shape.size(), shape, y0 - top, x0 - left, side, border);
    const Square<S> to{points + t * shape.channels, winograd_patch * step, step};
    for (Index c = 0; c < shape.channels; c += lanes<S>) {
      transform_square<side, winograd_patch, transform, S>(from.from_channel(c), to.from_channel(c));
    }
  });
}

/// points = B' d B of the patch under each tile.
template <typename S>
void patches_to_points(const Block& block, const S* x, Index step, S* points, S* border) noexcept {
  to_points<winograd_patch, input_transform<S>>(block, x, block.sizes.in, block.sizes.top, block.sizes.left, step,
                                                points, border);
}

/// points = A dy A' of the gradient of each tile.
template <typename S>
void gradients_to_points(const Block& block, const S* dy, Index step, S* points, S* border) noexcept {
  to_points<winograd_tile, gradient_transform<S>>(block, dy, block.sizes.out, 0, 0, step, points, border);
}

/// y = A' m A of each tile, with the epilogue.
template <typename S>
void points_to_outputs(const Block& block, const S* points, Index step, const Epilogue<S>& epilogue, S* y,
                       S* border) noexcept {
  const Shape& out = block.sizes.out;
  const Index channels = out.channels;
  block.for_each([&](Index t, Index sample, Index y0, Index x0) {
    const Overlap inside(out, y0, x0, winograd_tile);
    const Square<S> at_corner{y + sample * out.size() + (y0 * out.width + x0) * channels, out.width * channels,
                              channels};
    const Square<S> to = inside.whole ? at_corner : Square<S>{border, winograd_tile * channels, channels};
    const Square<const S> from{points + t * channels, winograd_patch * step, step};
    for (Index f = 0; f < channels; f += lanes<S>) {
      const Pack<S> bias = epilogue.bias_at(f);
      transform_square<winograd_patch, winograd_tile, output_transform<S>, S>(
          from.from_channel(f), to.from_channel(f),
          [&](const Pack<S>& value) { return epilogue.activate(value + bias); });
    }
    if (inside.whole) return;
    for (Index row = 0; row < inside.rows_end; ++row) {
      std::copy_n(to.first + row * to.row, inside.columns_end * channels, at_corner.first + row * at_corner.row);
    }
  });
}

/// products (rows x columns) = packed (rows x depth, in panels) * b (depth x columns).
template <typename S>
void multiply(Index rows, Index columns, Index depth, const S* packed, const S* b, S* products) noexcept {
  for (Index i = 0; i < rows; i += tile_rows<S>) {
    in_even_groups(columns, [&]<int width>(Index j) {
      Tile<S, width> tile;
      tile.clear();
      tile.accumulate(depth, packed + i * depth, tile_rows<S>, b + j * depth, depth, 1);
      tile.write(products + j * rows + i, rows, tile_rows<S>, false);
    });
  }
}

/// sums (rows x columns) = a (rows x depth) * b' (columns x depth)', or += when `add`.
template <typename S>
void add_outer_products(Index rows, Index columns, Index depth, const S* a, const S* b, S* sums, bool add) noexcept {
  for (Index i = 0; i < rows; i += tile_rows<S>) {
    in_even_groups(columns, [&]<int width>(Index j) {
      Tile<S, width> tile;
      tile.clear();
      tile.accumulate(depth, a + i, rows, b + j, 1, columns);
      tile.write(sums + j * rows + i, rows, tile_rows<S>, add);
    });
  }
}

/// weight_gradient [ky][kx][channel][filter] = G' u G of the sums u [point][channel][filter].
template <typename S>
void points_to_filters(Index channels, Index filters, const S* sums, S* weight_gradient) noexcept {
  const Index step = channels * filters;
  for (Index i = 0; i < step; i += lanes<S>) {
    transform_square<winograd_patch, 3, filter_gradient_transform<S>, S>({sums + i, winograd_patch * step, step},
                                                                         {weight_gradient + i, 3 * step, step});
  }
}

/// So many tiles that their points, before and after the product, stay in the second-level cache.
template <typename S>
Index tiles_together(Index channels, Index filters) noexcept {
  constexpr Index cache = 320 * 1024;
  const Index fits = cache / (winograd_points * (channels + filters) * static_cast<Index>(sizeof(S)));
  return std::max<Index>(tile_columns, fits / tile_columns * tile_columns);
}

}  // namespace winograd

/// How the nine numbers of each filter lie in memory: that of row i, depth k and tap t (counted from the top left) is
/// first[t * tap + i * row + k * depth].
template <typename S>
struct FilterTaps {
  const S* first;
  Index tap;
  Index row;
  Index depth;
};

/// Weights [ky][kx][channel][filter] as they are: rows are filters, the depth is the channels.
template <typename S>
FilterTaps<S> filter_taps(const S* weights, Index channels, Index filters) noexcept {
  return {weights, channels * filters, 1, filters};
}
/// Turned by 180 degrees, with channels and filters in each other's place: they carry a gradient back to the input.
template <typename S>
FilterTaps<S> turned_filter_taps(const S* weights, Index channels, Index filters) noexcept {
  return {weights + 8 * channels * filters, -channels * filters, filters, 1};
}

/// packed[point][panel of tile_rows][depth][row] = G g G'; has room for winograd_points * rows * depth.
/// Requires: rows is a multiple of tile_rows.
template <typename S>
void winograd_pack(const FilterTaps<S>& taps, Index rows, Index depth, S* packed) noexcept {
  const Index step = rows * depth;
  S gathered[9 * lanes<S>];
  for (Index i = 0; i < rows; i += lanes<S>) {
    const Index panel = i / tile_rows<S> * tile_rows<S>;
    for (Index k = 0; k < depth; ++k) {
      const S* const first = taps.first + i * taps.row + k * taps.depth;
      winograd::Square<const S> from{first, 3 * taps.tap, taps.tap};
      if (taps.row != 1) {
        for (Index tap = 0; tap < 9; ++tap) {
          for (Index l = 0; l < lanes<S>; ++l) gathered[tap * lanes<S> + l] = first[tap * taps.tap + l * taps.row];
        }
        from = {gathered, 3 * lanes<S>, lanes<S>};
      }
      winograd::transform_square<3, winograd_patch, winograd::filter_transform<S>, S>(
          from, {packed + panel * depth + k * tile_rows<S> + (i - panel), winograd_patch * step, step});
    }
  }
}

/// y (out.size() x samples) = the convolution of x (in.size() x samples); `packed` comes from winograd_pack.
template <typename S>
void winograd_convolve(const WinogradSizes& sizes, Index samples, const S* x, const S* packed,
                       const Epilogue<S>& epilogue, S* y, Buffer<S>& memory) {
  const Index channels = sizes.in.channels;
  const Index filters = sizes.out.channels;
  const Index together = winograd::tiles_together<S>(channels, filters);
  const Index point_step = winograd::step_between_points<S>(together, channels);
  const Index product_step = winograd::step_between_points<S>(together, filters);
  const Index border_size = winograd_points * std::max(channels, filters);
  S* const points = memory.matrix(winograd_points * (point_step + product_step) + border_size, 1).data();
  S* const products = points + winograd_points * point_step;
  S* const border = products + winograd_points * product_step;

  const Index all = samples * sizes.tiles();
  for (Index first = 0; first < all; first += together) {
    const winograd::Block block{sizes, first, std::min(together, all - first)};
    winograd::patches_to_points(block, x, point_step, points, border);
    for (Index p = 0; p < winograd_points; ++p) {
      winograd::multiply(filters, block.count, channels, packed + p * filters * channels, points + p * point_step,
                         products + p * product_step);
    }
    winograd::points_to_outputs(block, products, product_step, epilogue, y, border);
  }
}

/// weight_gradient [ky][kx][channel][filter] = dLoss/dweights of all samples, given dy = dLoss/dy.
template <typename S>
void winograd_weight_gradient(const WinogradSizes& sizes, Index samples, const S* x, const S* dy, S* weight_gradient,
                              Buffer<S>& memory) {
  const Index channels = sizes.in.channels;
  const Index filters = sizes.out.channels;
  const Index together = winograd::tiles_together<S>(channels, filters);
  const Index point_step = winograd::step_between_points<S>(together, channels);
  const Index gradient_step = winograd::step_between_points<S>(together, filters);
  const Index sums_size = winograd_points * channels * filters;
  const Index border_size = winograd_points * std::max(channels, filters);
  S* const points = memory.matrix(winograd_points * (point_step + gradient_step) + sums_size + border_size, 1).data();
  S* const gradients = points + winograd_points * point_step;
  S* const sums = gradients + winograd_points * gradient_step;
  S* const border = sums + sums_size;

  const Index all = samples * sizes.tiles();
  for (Index first = 0; first < all; first += together) {
    const winograd::Block block{sizes, first, std::min(together, all - first)};
    winograd::patches_to_points(block, x, point_step, points, border);
    winograd::gradients_to_points(block, dy, gradient_step, gradients, border);
    for (Index p = 0; p < winograd_points; ++p) {
      winograd::add_outer_products(filters, channels, block.count, gradients + p * gradient_step,
                                   points + p * point_step, sums + p * channels * filters, first > 0);
    }
  }
  winograd::points_to_filters(channels, filters, sums, weight_gradient);
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
