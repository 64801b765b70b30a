#pragma once

#include <inkling/picture/rgb_image.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE GreyImage luma(const RgbImage& image) {
  GreyImage grey(image.width(), image.height());
  std::transform(image.values().begin(), image.values().end(), grey.values().begin(),
                 [](const Rgb& colour) { return luma(colour); });
  return grey;
}

}  // namespace inkling::inline INKLING_ABI
