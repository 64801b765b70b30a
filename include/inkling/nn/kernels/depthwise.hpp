#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/kernels/epilogue.hpp>
#include <inkling/nn/kernels/sizes.hpp>
#include <inkling/nn/kernels/tile.hpp>

#include <algorithm>
#include <cstring>

/// Depthwise convolution: each channel has one filter of its own. The channel is fastest in memory, so a register holds
/// the same pixel of neighbouring channels, and one multiply-add is one tap of them all. There is no border of zeros to
/// write: taps that fall outside are left out.
///
///     weights   [ky][kx][channel]
///
/// All functions work on one sample and one thread, with every sum in a fixed order.
namespace inkling::inline INKLING_ABI::nn::kernels {

/// y = activation(bias + taps * x), where x is `in` and y is `out`: the definition.
template <typename S>
void depthwise_naive(const DepthwiseSizes& sizes, const S* x, const S* weights, const Epilogue<S>& epilogue, S* y) {
  const Index channels = sizes.in.channels;
  for (Index p = 0; p < sizes.out.pixels(); ++p) {
    for (Index c = 0; c < channels; ++c) {
      S sum = epilogue.bias == nullptr ? S{0} : epilogue.bias[c];
      for (Index ky = 0; ky < sizes.kernel; ++ky) {
        for (Index kx = 0; kx < sizes.kernel; ++kx) {
          const Index row = p / sizes.out.width * sizes.stride - sizes.top + ky;
          const Index column = p % sizes.out.width * sizes.stride - sizes.left + kx;
          if (row < 0 || row >= sizes.in.height || column < 0 || column >= sizes.in.width) continue;
          sum += x[(row * sizes.in.width + column) * channels + c] * weights[(ky * sizes.kernel + kx) * channels + c];
        }
      }
      y[p * channels + c] = epilogue.relu ? std::max(sum, S{0}) : sum;
    }
  }
}

/// gradient (as the weights) += what an output gradient dy hands to each tap: the definition.
template <typename S>
void add_depthwise_gradient_naive(const DepthwiseSizes& sizes, const S* x, const S* dy, S* gradient) {
  const Index channels = sizes.in.channels;
  for (Index p = 0; p < sizes.out.pixels(); ++p) {
    for (Index ky = 0; ky < sizes.kernel; ++ky) {
      for (Index kx = 0; kx < sizes.kernel; ++kx) {
        const Index row = p / sizes.out.width * sizes.stride - sizes.top + ky;
        const Index column = p % sizes.out.width * sizes.stride - sizes.left + kx;
        if (row < 0 || row >= sizes.in.height || column < 0 || column >= sizes.in.width) continue;
        for (Index c = 0; c < channels; ++c) {
          gradient[(ky * sizes.kernel + kx) * channels + c] +=
              dy[p * channels + c] * x[(row * sizes.in.width + column) * channels + c];
        }
      }
    }
  }
}

namespace depthwise {

/// first, ..., end - 1.
struct Range {
  Index first;
  Index end;
};

/// The taps that fall on an input of `size` when the first stands at `start`: perhaps none.
inline Range taps_inside(Index start, Index kernel, Index size) noexcept {
  const Index first = std::max<Index>(0, -start);
  return {first, std::max(first, std::min(kernel, size - start))};
}

/// The columns of the output all of whose taps fall on the input.
inline Range inner_columns(const DepthwiseSizes& sizes) noexcept {
  const Index first = std::min(sizes.out.width, (sizes.left + sizes.stride - 1) / sizes.stride);
  const Index room = sizes.in.width + sizes.left - sizes.kernel;
  const Index end = room < 0 ? 0 : std::min(sizes.out.width, room / sizes.stride + 1);
  return {first, std::max(first, end)};
}

/// V is a register, or one number where channels do not fill one.
template <typename V, typename S>
[[gnu::always_inline]] inline V load_as(const S* from) noexcept {
  V value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <typename V, typename S>
[[gnu::always_inline]] inline void store_as(S* to, const V& value) noexcept {
  std::memcpy(to, &value, sizeof value);
}

/// Calls `work.template operator()<V>(c)` for registers of channels and for each of those that are left.
template <typename S, typename Work>
[[gnu::always_inline]] inline void for_each_register(Index channels, Work&& work) {
  Index c = 0;
  for (; c + lanes<S> <= channels; c += lanes<S>) work.template operator()<Pack<S>>(c);
  for (; c < channels; ++c) work.template operator()<S>(c);
}

/// Where an output stands: the offset of its first tap in the input, which may lie outside, and the taps that do not.
struct Window {
  Index corner;
  Range rows;
  Range columns;
};

/// `width` outputs beside each other. Pointers stand at the first channel of the register.
template <typename V, int width, typename S>
[[gnu::always_inline]] inline void outputs(const DepthwiseSizes& sizes, const Window& window, const S* x,
                                           const S* weights, const Epilogue<S>& epilogue, S* y) noexcept {
  const Index channels = sizes.in.channels;
  const Index step = sizes.stride * channels;
  V sums[width];
  const V start = epilogue.bias == nullptr ? V{} : load_as<V>(epilogue.bias);
#pragma GCC unroll 12
  for (int j = 0; j < width; ++j) sums[j] = start;
  // One loop over the taps and not two: nine in all are too few to begin an inner loop for every three.
  const Index across = window.columns.end - window.columns.first;
  const Index taps = (window.rows.end - window.rows.first) * across;
  const S* from = x + window.corner + (window.rows.first * sizes.in.width + window.columns.first) * channels;
  const S* tap = weights + (window.rows.first * sizes.kernel + window.columns.first) * channels;
  for (Index t = 0, left = across; t < taps; ++t) {
    const V weight = load_as<V>(tap);
#pragma GCC unroll 12
    for (int j = 0; j < width; ++j) sums[j] += weight * load_as<V>(from + j * step);
    from += channels;
    tap += channels;
    if (--left == 0) {
      left = across;
      from += (sizes.in.width - across) * channels;
      tap += (sizes.kernel - across) * channels;
    }
  }
#pragma GCC unroll 12
  for (int j = 0; j < width; ++j) {
    if (epilogue.relu) sums[j] = sums[j] < S{0} ? V{} : sums[j];
    store_as<V>(y + j * channels, sums[j]);
  }
}

}  // namespace depthwise

/// The fast depthwise_naive.
template <typename S>
void depthwise_convolve(const DepthwiseSizes& sizes, const S* x, const S* weights, const Epilogue<S>& epilogue, S* y) {
  using namespace depthwise;
  const Index channels = sizes.in.channels;
  const Range inner = inner_columns(sizes);
  for (Index row = 0; row < sizes.out.height; ++row) {
    const Index top = row * sizes.stride - sizes.top;
    const Range rows = taps_inside(top, sizes.kernel, sizes.in.height);
    for_each_register<S>(channels, [&]<typename V>(Index c) {
      const Epilogue<S> own{.bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + c, .relu = epilogue.relu};
      const auto at = [&]<int width>(Index column, Range columns) {
        const Index corner = (top * sizes.in.width + column * sizes.stride - sizes.left) * channels + c;
        outputs<V, width>(sizes, {corner, rows, columns}, x, weights + c, own,
                          y + (row * sizes.out.width + column) * channels + c);
      };
      const auto border = [&](Index first, Index end) {
        for (Index column = first; column < end; ++column) {
          at.template operator()<1>(column,
                                    taps_inside(column * sizes.stride - sizes.left, sizes.kernel, sizes.in.width));
        }
      };
      border(0, inner.first);
      in_even_groups(inner.end - inner.first, [&]<int width>(Index first) {
        at.template operator()<width>(inner.first + first, {0, sizes.kernel});
      });
      border(inner.end, sizes.out.width);
    });
  }
}

/// The fast add_depthwise_gradient_naive.
template <typename S>
void add_depthwise_gradient(const DepthwiseSizes& sizes, const S* x, const S* dy, S* gradient) {
  using namespace depthwise;
  const Index channels = sizes.in.channels;
  const Range inner = inner_columns(sizes);
  for (Index row = 0; row < sizes.out.height; ++row) {
    const Index top = row * sizes.stride - sizes.top;
    const Range rows = taps_inside(top, sizes.kernel, sizes.in.height);
    for_each_register<S>(channels, [&]<typename V>(Index c) {
      const S* const from = dy + row * sizes.out.width * channels + c;
      for (Index ky = rows.first; ky < rows.end; ++ky) {
        const Index input_row = ((top + ky) * sizes.in.width - sizes.left) * channels + c;
        S* const to = gradient + ky * sizes.kernel * channels + c;
        // The sums of a few taps beside each other stay in registers along the row.
        in_even_groups(sizes.kernel, [&]<int width>(Index kx) {
          V sums[width] = {};
          for (Index column = inner.first; column < inner.end; ++column) {
            const V g = load_as<V>(from + column * channels);
            const S* const values = x + input_row + (column * sizes.stride + kx) * channels;
#pragma GCC unroll 12
            for (int j = 0; j < width; ++j) sums[j] += g * load_as<V>(values + j * channels);
          }
#pragma GCC unroll 12
          for (int j = 0; j < width; ++j) {
            S* const tap = to + (kx + j) * channels;
            store_as<V>(tap, load_as<V>(tap) + sums[j]);
          }
        });
        const auto border = [&](Index first, Index end) {
          for (Index column = first; column < end; ++column) {
            const Range taps = taps_inside(column * sizes.stride - sizes.left, sizes.kernel, sizes.in.width);
            const V g = load_as<V>(from + column * channels);
            for (Index kx = taps.first; kx < taps.end; ++kx) {
              S* const tap = to + kx * channels;
              store_as<V>(tap,
                          load_as<V>(tap) + g * load_as<V>(x + input_row + (column * sizes.stride + kx) * channels));
            }
          }
        };
        border(0, inner.first);
        border(inner.end, sizes.out.width);
      }
    });
  }
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
