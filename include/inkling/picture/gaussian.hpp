#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI {

/// Gaussian blur with a kernel of 2 * ceil(2 * sigma) + 1 taps (as MATLAB's imgaussfilt); outside the picture lies 0.
/// Throws ValueError unless 0 < sigma <= 1000.
FloatImage gaussian_blur(const FloatImage& image, double sigma);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/picture/gaussian.ipp>
#endif
