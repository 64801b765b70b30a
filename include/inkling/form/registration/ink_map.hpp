#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI::form {

/// How much darker each pixel is than the paper around it: 0 paper, 255 black. Light that changes slowly over the page
/// falls out, since a pixel is divided by the brightest of its neighbourhood of about `reach` pixels.
GreyImage ink_map(const GreyImage& image, Index reach = 24);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/ink_map.ipp>
#endif
