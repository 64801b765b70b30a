#pragma once

#include <inkling/codec/detail/png.hpp>
#include <inkling/codec/detail/raster.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/rgb_image.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <vector>

/// Reads PNG (stb_image), JPEG (libjpeg-turbo), WebP (libwebp), TIFF (libtiff) and, where it is installed, HEIC
/// (libheif) from memory or a file. Link the CMake target inkling::decode; the umbrella header leaves this one out.
///
/// All of it is thread-safe, and throws UnsupportedImageError when the bytes are of no kind that is read,
/// ImageTooLargeError beyond the limits, and FormatError when the picture is damaged or cut short: half a picture is
/// never returned.
namespace inkling::inline INKLING_ABI {

/// The picture in the bytes of a file, the first page of several, as grey: colours become luma, or what tells ink from
/// paper where both are equally bright, transparency shows
/// white paper (black where the ink is white itself), 16 bits become 8, and a photo is turned upright as its Exif data
/// asks.
INKLING_STB_INLINE GreyImage decode_image(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {});

/// The same of a file. Throws FileError, too, when it cannot be read; one of more bytes than the limit is not.
INKLING_STB_INLINE GreyImage decode_image(const std::filesystem::path& path, const DecodeLimits& limits = {});

/// The bytes of a picture for decode_image, one more than the limit at most. Throws FileError, which does not name the
/// file, when it cannot be read, ImageTooLargeError when it is known to have too many.
std::vector<std::uint8_t> read_picture_bytes(const std::filesystem::path& path, const DecodeLimits& limits = {});
std::vector<std::uint8_t> read_picture_bytes(std::istream& file, const DecodeLimits& limits = {});

/// A page of a document as it was scanned, upright.
struct DecodedPage {
  RgbImage colour;
  Resolution resolution = {};  // of `colour`, dots an inch; 0 where the file does not say
};

/// How many pictures there are in the file: the pages of a TIFF, else 1.
std::size_t count_pages(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {});

/// Page number `page`, counted from 0, in colour, with its resolution. Throws ValueError when there is no such page.
INKLING_STB_INLINE DecodedPage decode_page(std::span<const std::uint8_t> bytes, std::size_t page = 0,
                                           const DecodeLimits& limits = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/codec/decode.ipp>
#endif
