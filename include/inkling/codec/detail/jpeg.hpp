#pragma once

#include <inkling/codec/detail/raster.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>

#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI::detail {

bool has_jpeg_signature(std::span<const std::uint8_t> bytes) noexcept;

/// Decodes a JPEG with libjpeg-turbo. What its writers get wrong around the pixels is taken as everybody takes it
/// (bytes before a marker, odd parameters of a scan, versions of JFIF, any chroma sampling, no end marker); pixels that
/// are missing or damaged are a FormatError. Larger pictures come out at 1/2, 1/4 or 1/8.
Raster decode_jpeg(std::span<const std::uint8_t> bytes, Wanted wanted, const DecodeLimits& limits);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/jpeg.ipp>
#endif
