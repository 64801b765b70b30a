#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// A connected part of a mask and the rectangle around it, in whole pixels; right and bottom are one past the end.
struct Component {
  Index left = 0;
  Index top = 0;
  Index right = 0;
  Index bottom = 0;
  Index area = 0;  // pixels

  Index width() const noexcept { return right - left; }
  Index height() const noexcept { return bottom - top; }
};

/// Both together, in the rectangle around them.
Component together(const Component& a, const Component& b) noexcept;

struct Components {
  Image<std::int32_t> labels;    // the number of the part that a pixel belongs to; -1 where the mask is 0
  std::vector<Component> parts;  // in the order of their first pixels, row by row
};

/// The 8-connected parts of the pixels that are not 0 (Rosenfeld and Pfaltz 1966: two passes and a forest of equal
/// labels; here, labels belong to runs of pixels).
Components connected_components(const Image<std::uint8_t>& mask);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/picture/components.ipp>
#endif
