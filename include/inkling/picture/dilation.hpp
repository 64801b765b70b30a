#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI {

/// Grey dilation by a square: the greatest value within `reach` pixels to each side, above and below. Throws ValueError
/// unless 0 <= reach <= 65536.
FloatImage dilated(const FloatImage& image, Index reach);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/picture/dilation.ipp>
#endif
