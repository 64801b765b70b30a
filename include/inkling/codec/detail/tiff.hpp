#pragma once

#include <inkling/codec/detail/raster.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace inkling::inline INKLING_ABI::detail {

bool has_tiff_signature(std::span<const std::uint8_t> bytes) noexcept;

/// Pages of the file. Throws FormatError when it is damaged or has more than a thousand.
std::size_t tiff_pages(std::span<const std::uint8_t> bytes, const DecodeLimits& limits);

/// Decodes a page, counted from 0, with libtiff. Pages of grey, two levels or RGB (as fax machines and scanners write
/// them) are read row by row, so that large ones come out at 1/2, 1/4 or 1/8. Throws ValueError when there is no such
/// page.
Raster decode_tiff(std::span<const std::uint8_t> bytes, std::size_t page, Wanted wanted, const DecodeLimits& limits);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/tiff.ipp>
#endif
