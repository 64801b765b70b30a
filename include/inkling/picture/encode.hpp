#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/rgb_image.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

void append_big_endian(std::vector<std::uint8_t>& bytes, std::uint32_t value);

/// Length, type, data and the CRC over type and data.
void append_png_chunk(std::vector<std::uint8_t>& png, std::string_view type, std::span<const std::uint8_t> data);

/// A whole file of `channels` bytes a pixel: 1, grey, or 3, red, green and blue.
std::vector<std::uint8_t> png_of_bytes(std::span<const std::uint8_t> pixels, Index width, Index height, int channels);

}  // namespace detail

/// The bytes of a PNG file: 8-bit grey. The same picture always gives the same bytes with the same zlib.
/// Throws ShapeError for an empty picture.
std::vector<std::uint8_t> encode_png(const GreyImage& image);

/// The same in colour.
std::vector<std::uint8_t> encode_png(const RgbImage& image);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/picture/encode.ipp>
#endif
