#pragma once

#include <inkling/core/error.hpp>
#include <inkling/picture/encode.hpp>
#include <inkling/picture/grey_image.hpp>

#include <zlib.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

INKLING_INLINE void append_big_endian(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

INKLING_INLINE void append_png_chunk(std::vector<std::uint8_t>& png, std::string_view type,
                                     std::span<const std::uint8_t> data) {
  append_big_endian(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), data.begin(), data.end());
  append_big_endian(png,
                    static_cast<std::uint32_t>(crc32(0, png.data() + begin, static_cast<uInt>(png.size() - begin))));
}

}  // namespace detail

INKLING_INLINE std::vector<std::uint8_t> encode_png(const GreyImage& image) {
  require<ShapeError>(!image.empty(), "encode_png: the picture is empty");
  std::vector<std::uint8_t> rows;
  rows.reserve(static_cast<std::size_t>(image.size() + image.height()));
  for (Index y = 0; y < image.height(); ++y) {
    rows.push_back(0);  // filter "none"
    rows.insert(rows.end(), image.row(y), image.row(y) + image.width());
  }
  std::vector<std::uint8_t> packed(compressBound(static_cast<uLong>(rows.size())));
  uLongf packed_size = packed.size();
  if (compress2(packed.data(), &packed_size, rows.data(), static_cast<uLong>(rows.size()), 6) != Z_OK) {
    throw Error("encode_png: zlib could not compress " + std::to_string(rows.size()) + " bytes");
  }
  packed.resize(packed_size);

  std::vector<std::uint8_t> header;
  detail::append_big_endian(header, static_cast<std::uint32_t>(image.width()));
  detail::append_big_endian(header, static_cast<std::uint32_t>(image.height()));
  header.insert(header.end(), {8, 0, 0, 0, 0});  // bit depth, grey, deflate, adaptive filters, not interlaced

  std::vector<std::uint8_t> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  detail::append_png_chunk(png, "IHDR", header);
  detail::append_png_chunk(png, "IDAT", packed);
  detail::append_png_chunk(png, "IEND", {});
  return png;
}

}  // namespace inkling::inline INKLING_ABI
