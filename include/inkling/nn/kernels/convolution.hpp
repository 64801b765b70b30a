#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/nn/kernels/sizes.hpp>
#include <inkling/nn/kernels/tile.hpp>

#include <algorithm>

/// Direct convolution: no im2col matrix is ever written. Because the channel is fastest in memory, the `kernel` pixels
/// that a filter covers in one image row are one contiguous run, and the register tile can read its columns straight
/// from the image.
///
///     padded image   (row y)   ... | x=3: c0 c1 | x=4: c0 c1 | x=5: c0 c1 | ...
///                                    `--- one column of the tile reads this run of kernel * channels, for each filter
///                                    row ---'
///
///     weights        [ky][kx][c][filter], the filter fastest: a matrix of filters x (kernel * kernel * channels),
///     column-major
///
/// All functions work on one sample and one thread, with every sum in a fixed order.
namespace inkling::inline INKLING_ABI::nn::kernels {

/// to = from, of another type or the same.
template <typename S, typename T>
void convert_n(const S* from, Index count, T* to) {
  Eigen::Map<VectorOf<T>>(to, count) = Eigen::Map<const VectorOf<S>>(from, count).template cast<T>();
}

/// Copies an image, perhaps to another type, to row `top`, column `left` of zeros, with `spread` - 1 zeros between
/// neighbours (spread > 1 undoes a stride in the backward pass). `padded` has room for padded_shape and is overwritten.
/// Requires: the copy fits.
template <typename S, typename T>
void pad(const S* image, const Shape& shape, Index top, Index left, Index spread, const Shape& padded_shape,
         T* padded) {
  std::fill_n(padded, padded_shape.size(), T(0));
  for (Index y = 0; y < shape.height; ++y) {
    T* const row = padded + ((top + y * spread) * padded_shape.width + left) * shape.channels;
    const S* const from = image + y * shape.width * shape.channels;
    if (spread == 1) {
      convert_n(from, shape.width * shape.channels, row);
    } else {
      for (Index x = 0; x < shape.width; ++x) {
        convert_n(from + x * shape.channels, shape.channels, row + x * spread * shape.channels);
      }
    }
  }
}

/// output (filters x out_pixels) = bias + weights * patches. bias may be null.
template <typename S>
void convolve_naive(const ConvolutionSizes& sizes, const S* padded, const S* weights, const S* bias, S* output) {
  for (Index p = 0; p < sizes.out_pixels(); ++p) {
    for (Index f = 0; f < sizes.filters; ++f) {
      S sum = bias == nullptr ? S{0} : bias[f];
      for (Index ky = 0; ky < sizes.kernel; ++ky) {
        const S* const run = padded + sizes.origin(p) + ky * sizes.padded.width * sizes.padded.channels;
        for (Index k = 0; k < sizes.row_depth(); ++k) {
          sum += run[k] * weights[(ky * sizes.row_depth() + k) * sizes.filters + f];
        }
      }
      output[p * sizes.filters + f] = sum;
    }
  }
}

/// Packs weights for convolve: panels of tile_rows filters. `packed` has room for packed_size(filters, depth).
template <typename S>
void pack_filters(const ConvolutionSizes& sizes, const S* weights, S* packed) {
  pack_rows(weights, sizes.filters, sizes.depth(), Index{1}, sizes.filters, packed);
}

/// The fast convolve_naive. `packed` comes from pack_filters.
template <typename S>
void convolve(const ConvolutionSizes& sizes, const S* padded, const S* packed, const Epilogue<S>& epilogue, S* output) {
  const Index pixels = sizes.out_pixels();
  const Index padded_row = sizes.padded.width * sizes.padded.channels;
  for (Index f = 0; f < sizes.filters; f += tile_rows<S>) {
    const Index height = std::min(tile_rows<S>, sizes.filters - f);
    const S* const panel = packed + f * sizes.depth();
    S start[tile_rows<S>] = {};
    if (epilogue.bias != nullptr) std::copy_n(epilogue.bias + f, height, start);
    for (Index p = 0; p < pixels; p += tile_columns) {
      with_columns(std::min<Index>(tile_columns, pixels - p), [&]<int width>() {
        const S* runs[width];
        for (int j = 0; j < width; ++j) runs[j] = padded + sizes.origin(p + j);
        Tile<S, width> tile;
        tile.start(start);
        tile.accumulate(sizes.kernel, sizes.row_depth(), panel, sizes.row_depth() * tile_rows<S>, tile_rows<S>, runs,
                        padded_row, 1);
        tile.activate(epilogue);
        tile.write(output + p * sizes.filters + f, sizes.filters, height, false);
      });
    }
  }
}

/// Packs the weights that carry a gradient from the output back to the input: that is a convolution of the (spread and
/// padded) output gradient with filters turned by 180 degrees, where input channels and filters have changed places.
/// `sizes` is that of the forward pass; `packed` has room for packed_size(channels, kernel * kernel * filters).
template <typename S>
void pack_turned_filters(const ConvolutionSizes& sizes, const S* weights, S* packed) {
  const Index channels = sizes.padded.channels;
  const Index taps = sizes.kernel * sizes.kernel;
  for (Index c = 0; c < channels; c += tile_rows<S>) {
    const Index count = std::min(tile_rows<S>, channels - c);
    for (Index tap = 0; tap < taps; ++tap) {
      const S* const from = weights + ((taps - 1 - tap) * channels + c) * sizes.filters;
      pack_rows(from, count, sizes.filters, sizes.filters, Index{1}, packed);
      packed += tile_rows<S> * sizes.filters;
    }
  }
}

/// weight_gradient (filters x depth) += output_gradient (filters x out_pixels) * patches'.
template <typename S>
void add_weight_gradient_naive(const ConvolutionSizes& sizes, const S* padded, const S* output_gradient,
                               S* weight_gradient) {
  for (Index p = 0; p < sizes.out_pixels(); ++p) {
    for (Index ky = 0; ky < sizes.kernel; ++ky) {
      const S* const run = padded + sizes.origin(p) + ky * sizes.padded.width * sizes.padded.channels;
      for (Index k = 0; k < sizes.row_depth(); ++k) {
        for (Index f = 0; f < sizes.filters; ++f) {
          weight_gradient[(ky * sizes.row_depth() + k) * sizes.filters + f] +=
              output_gradient[p * sizes.filters + f] * run[k];
        }
      }
    }
  }
}

/// The fast add_weight_gradient_naive. `gradient_step` is the distance between the pixels of output_gradient: filters,
/// rounded up to a multiple of tile_rows and filled with zeros, so that the tile may read whole registers.
template <typename S>
void add_weight_gradient(const ConvolutionSizes& sizes, const S* padded, const S* output_gradient, Index gradient_step,
                         S* weight_gradient) {
  const Index padded_row = sizes.padded.width * sizes.padded.channels;
  const Index pixel_step = sizes.stride * sizes.padded.channels;
  for (Index f = 0; f < sizes.filters; f += tile_rows<S>) {
    const Index height = std::min(tile_rows<S>, sizes.filters - f);
    for (Index ky = 0; ky < sizes.kernel; ++ky) {
      for (Index k = 0; k < sizes.row_depth(); k += tile_columns) {
        with_columns(std::min<Index>(tile_columns, sizes.row_depth() - k), [&]<int width>() {
          Tile<S, width> tile;
          tile.clear();
          const S* values[width];
          for (int j = 0; j < width; ++j) values[j] = padded + ky * padded_row + k + j;
          tile.accumulate(sizes.out_height(), sizes.out_width(), output_gradient + f, sizes.out_width() * gradient_step,
                          gradient_step, values, sizes.stride * padded_row, pixel_step);
          S* const to = weight_gradient + (ky * sizes.row_depth() + k) * sizes.filters + f;
          tile.write(to, sizes.filters, height, true);
        });
      }
    }
  }
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
