#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// The source pixels of one target pixel along one axis: weights[0 .. count) belong to first, first + 1, ...
struct ResizeTap {
  Index first = 0;
  Index count = 0;
  std::size_t weights = 0;  // where they begin in ResizeAxis::weights
};

struct ResizeAxis {
  std::vector<ResizeTap> taps;  // one for each target pixel
  std::vector<float> weights;
};

/// Maps [begin, begin + extent) of `source` pixels to `target` pixels. When the picture shrinks, the kernel grows with
/// the ratio, which is the low-pass filter against aliasing. Source pixels outside the picture are 0: their taps go.
ResizeAxis resize_axis(Index source, double begin, double extent, Index target);

}  // namespace detail

/// The part `region` of the picture at width x height pixels, by antialiased bicubic interpolation (as MATLAB's
/// imresize). The region may reach over the edge: outside the picture lies 0. Values may overshoot by a few percent.
/// Throws ValueError unless the region's sides are above 0 and at most 10^6, and the others 1 to 10^6.
FloatImage resize(const FloatImage& image, const Box& region, Index width, Index height);

/// The picture at 1/factor of its size: each pixel is the mean of a tile of factor x factor (smaller at the right and
/// bottom edge). Throws ValueError unless factor >= 1.
GreyImage shrink(const GreyImage& image, Index factor);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/picture/resize.ipp>
#endif
