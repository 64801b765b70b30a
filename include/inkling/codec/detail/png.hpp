#pragma once

#include <inkling/codec/detail/raster.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>

#include <cstdint>
#include <span>

/// stb_image is compiled with internal linkage, so that it cannot collide with another copy in the program. Where there
/// is no compiled library, that is in each file that includes this one; what reaches it is then `static`, too, for as
/// `inline` functions these would be different functions under one name. Include it before any stb_image.h of your own.
#ifdef INKLING_COMPILED
#define INKLING_STB_INLINE
#else
#define INKLING_STB_INLINE static inline
#endif

namespace inkling::inline INKLING_ABI::detail {

/// Decodes a PNG with stb_image, behind a check of our own. All 16 bits of a sample are used, or the highest that any
/// sample has: cameras write 10 or 12.
INKLING_STB_INLINE Raster decode_png(std::span<const std::uint8_t> bytes, const DecodeLimits& limits);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/png.ipp>
#endif
