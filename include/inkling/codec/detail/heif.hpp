#pragma once

#include <inkling/codec/detail/raster.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>

#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI::detail {

/// Whether the bytes begin as a HEIC or AVIF picture does.
bool has_heif_signature(std::span<const std::uint8_t> bytes) noexcept;

/// Decodes the main picture of a HEIC (or AVIF) with libheif, upright; a large one at 1/2, 1/4 or 1/8. Throws
/// UnsupportedImageError in a build without libheif (INKLING_HEIF), and where libheif has no decoder for what is
/// inside.
Raster decode_heif(std::span<const std::uint8_t> bytes, Wanted wanted, const DecodeLimits& limits);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/heif.ipp>
#endif
