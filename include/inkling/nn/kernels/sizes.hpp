#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/shape.hpp>

/// The sizes that kernels of convolution work with: values, so that headers which name them need no kernel.
namespace inkling::inline INKLING_ABI::nn::kernels {

/// The sizes of one convolution. The image is already padded, so that no filter reaches outside.
struct ConvolutionSizes {
  Shape padded;  // input with its border of zeros
  Index kernel;
  Index stride;
  Index filters;

  Index out_height() const noexcept { return (padded.height - kernel) / stride + 1; }
  Index out_width() const noexcept { return (padded.width - kernel) / stride + 1; }
  Index out_pixels() const noexcept { return out_height() * out_width(); }
  /// Values under one row of a filter, and under the whole filter.
  Index row_depth() const noexcept { return kernel * padded.channels; }
  Index depth() const noexcept { return kernel * row_depth(); }
  /// Where the values under output pixel p begin in the padded image.
  Index origin(Index p) const noexcept {
    return (p / out_width() * padded.width + p % out_width()) * stride * padded.channels;
  }
};

/// The sizes of one depthwise convolution: `top` rows and `left` columns of zeros come before the input, and zeros
/// behind it as far as the output reaches.
struct DepthwiseSizes {
  Shape in;
  Shape out;
  Index kernel;
  Index stride;
  Index top;
  Index left;
};

}  // namespace inkling::inline INKLING_ABI::nn::kernels
