#pragma once

#include <inkling/codec/detail/raster.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>

#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI::detail {

bool has_webp_signature(std::span<const std::uint8_t> bytes) noexcept;

/// Decodes a WebP with libwebp, a large one at 1/2, 1/4 or 1/8. Throws UnsupportedImageError for one that moves.
Raster decode_webp(std::span<const std::uint8_t> bytes, const DecodeLimits& limits);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/webp.ipp>
#endif
