#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>

/// Loops over pixels whose inner loop runs over the channels, which lie together in memory: the compiler turns it into
/// whole registers. That needs its promise that the pointers do not overlap (`__restrict`, which GCC and Clang know).
namespace inkling::inline INKLING_ABI::nn::kernels {

/// sum[c] += x[p * channels + c] over all pixels.
template <typename S>
void add_sums(const S* __restrict x, Index pixels, Index channels, S* __restrict sum) noexcept {
  for (Index p = 0; p < pixels; ++p, x += channels) {
    for (Index c = 0; c < channels; ++c) sum[c] += x[c];
  }
}

/// sum[c] += (x[p * channels + c] - mean[c])^2 over all pixels.
template <typename S>
void add_squares(const S* __restrict x, Index pixels, Index channels, const S* __restrict mean,
                 S* __restrict sum) noexcept {
  for (Index p = 0; p < pixels; ++p, x += channels) {
    for (Index c = 0; c < channels; ++c) sum[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
  }
}

/// sum[c] += g and product[c] += g * (x - mean[c]) over all pixels.
template <typename S>
void add_products(const S* __restrict x, const S* __restrict g, Index pixels, Index channels, const S* __restrict mean,
                  S* __restrict sum, S* __restrict product) noexcept {
  for (Index p = 0; p < pixels; ++p, x += channels, g += channels) {
    for (Index c = 0; c < channels; ++c) {
      sum[c] += g[c];
      product[c] += g[c] * (x[c] - mean[c]);
    }
  }
}

/// sum[c] += x[p * channels + c] * g[p * channels + c] over all pixels.
template <typename S>
void add_dot_products(const S* __restrict x, const S* __restrict g, Index pixels, Index channels,
                      S* __restrict sum) noexcept {
  for (Index p = 0; p < pixels; ++p, x += channels, g += channels) {
    for (Index c = 0; c < channels; ++c) sum[c] += x[c] * g[c];
  }
}

/// y = factor[c] * x + offset[c].
template <typename S>
void scale_and_shift(const S* __restrict x, Index pixels, Index channels, const S* __restrict factor,
                     const S* __restrict offset, S* __restrict y) noexcept {
  for (Index p = 0; p < pixels; ++p, x += channels, y += channels) {
    for (Index c = 0; c < channels; ++c) y[c] = factor[c] * x[c] + offset[c];
  }
}

/// y = a[c] * g + b[c] * x + d[c].
template <typename S>
void combine(const S* __restrict g, const S* __restrict x, Index pixels, Index channels, const S* __restrict a,
             const S* __restrict b, const S* __restrict d, S* __restrict y) noexcept {
  for (Index p = 0; p < pixels; ++p, g += channels, x += channels, y += channels) {
    for (Index c = 0; c < channels; ++c) y[c] = a[c] * g[c] + b[c] * x[c] + d[c];
  }
}

/// y = a + b, and max(that, 0) when `rectify`.
template <typename S>
void add(const S* __restrict a, const S* __restrict b, Index count, bool rectify, S* __restrict y) noexcept {
  if (rectify) {
    for (Index i = 0; i < count; ++i) y[i] = std::max(a[i] + b[i], S{0});
  } else {
    for (Index i = 0; i < count; ++i) y[i] = a[i] + b[i];
  }
}

/// y += bias for each of the columns, and max(that, 0) when `rectify`.
template <typename S>
void add_bias(const S* __restrict bias, Index rows, Index columns, bool rectify, S* __restrict y) noexcept {
  for (Index j = 0; j < columns; ++j, y += rows) {
    if (rectify) {
      for (Index i = 0; i < rows; ++i) y[i] = std::max(y[i] + bias[i], S{0});
    } else {
      for (Index i = 0; i < rows; ++i) y[i] += bias[i];
    }
  }
}

/// y = max(y, x) for one pixel.
template <typename S>
void take_larger(const S* __restrict x, Index channels, S* __restrict y) noexcept {
  for (Index c = 0; c < channels; ++c) y[c] = std::max(y[c], x[c]);
}

/// Hands the gradient of a maximum `top` to the input x that equals it: dx gets what is left of it, and nothing is
/// left.
template <typename S>
void route_to_maximum(const S* __restrict x, const S* __restrict top, Index channels, S* __restrict left,
                      S* __restrict dx) noexcept {
  for (Index c = 0; c < channels; ++c) {
    const S hit = x[c] == top[c] ? S{1} : S{0};  // a factor and no branch, which would be mispredicted half of the time
    const S taken = hit * left[c];
    dx[c] += taken;
    left[c] -= taken;
  }
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
