#pragma once

#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Everything about a PNG that can be checked without holding its pixels (W3C, PNG Specification, Third Edition): chunk
/// structure, CRCs, header fields, and that the compressed data inflates to exactly what the header promises. What
/// passes is whole, and a decoder that trusts the header cannot be surprised by it.
namespace inkling::inline INKLING_ABI::detail {

inline constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

bool has_png_signature(std::span<const std::uint8_t> bytes) noexcept;

/// Four bytes at `at`, which must be there.
std::uint32_t read_big_endian(std::span<const std::uint8_t> bytes, std::size_t at) noexcept;

struct PngHeader {
  Index width = 0;
  Index height = 0;
  int bit_depth = 0;
  int colour_type = 0;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
  bool interlaced = false;

  int channels() const noexcept;
};

/// The 13 bytes of an IHDR chunk. Throws FormatError for a header that no PNG has, ImageTooLargeError beyond the
/// limits.
PngHeader parse_png_header(std::span<const std::uint8_t> data, const DecodeLimits& limits);

/// The size of the rows before compression: each has one byte for its filter. An interlaced PNG holds seven pictures
/// (Adam7).
std::uint64_t png_raw_size(const PngHeader& header) noexcept;

/// What a decoder needs of a PNG. The spans point into the file.
struct PngContents {
  PngHeader header;
  std::span<const std::uint8_t> header_data;
  std::span<const std::uint8_t> palette = {};               // of colour type 3 alone
  std::span<const std::uint8_t> transparency = {};          // tRNS
  std::span<const std::uint8_t> density = {};               // pHYs
  std::span<const std::uint8_t> exif = {};                  // eXIf
  std::vector<std::span<const std::uint8_t>> image_data{};  // IDAT
};

/// Walks the whole file. Throws FormatError when something is broken that the picture depends on, ImageTooLargeError
/// when the header declares more than the limits allow. A chunk that a decoder may ignore is ignored when its CRC is
/// wrong, and so are bytes behind the end chunk, as every reader does.
PngContents check_png(std::span<const std::uint8_t> bytes, const DecodeLimits& limits);

/// The same picture as a file of which nothing can be unexpected: a palette of all 256 colours (those that the file
/// does not have are black), transparency only where it can be and as long as it may be, and no other chunk. CRCs are
/// left out.
std::vector<std::uint8_t> plain_png(const PngContents& contents);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/png_check.ipp>
#endif
