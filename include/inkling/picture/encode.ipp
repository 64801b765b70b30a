#pragma once

#include <inkling/core/error.hpp>
#include <inkling/picture/encode.hpp>
#include <inkling/picture/grey_image.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
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

INKLING_INLINE std::vector<std::uint8_t> png_of_bytes(std::span<const std::uint8_t> pixels, Index width, Index height,
                                                      int channels) {
  require<ShapeError>(!pixels.empty(), "encode_png: the picture is empty");
  const auto row_size = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  std::vector<std::uint8_t> rows;
  rows.reserve(pixels.size() + static_cast<std::size_t>(height));
  for (Index y = 0; y < height; ++y) {
    rows.push_back(0);  // filter "none"
    const auto row = pixels.subspan(static_cast<std::size_t>(y) * row_size, row_size);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  std::vector<std::uint8_t> packed(compressBound(static_cast<uLong>(rows.size())));
  uLongf packed_size = packed.size();
  if (compress2(packed.data(), &packed_size, rows.data(), static_cast<uLong>(rows.size()), 6) != Z_OK) {
    throw Error("encode_png: zlib could not compress " + std::to_string(rows.size()) + " bytes");
  }
  packed.resize(packed_size);

  std::vector<std::uint8_t> header;
  append_big_endian(header, static_cast<std::uint32_t>(width));
  append_big_endian(header, static_cast<std::uint32_t>(height));
  const std::uint8_t colours = channels == 3 ? 2 : 0;
  header.insert(header.end(), {8, colours, 0, 0, 0});  // bit depth, colours, deflate, adaptive filters, not interlaced

  std::vector<std::uint8_t> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  append_png_chunk(png, "IHDR", header);
  append_png_chunk(png, "IDAT", packed);
  append_png_chunk(png, "IEND", {});
  return png;
}

}  // namespace detail

INKLING_INLINE std::vector<std::uint8_t> encode_png(const GreyImage& image) {
  return detail::png_of_bytes(image.values(), image.width(), image.height(), 1);
}

INKLING_INLINE std::vector<std::uint8_t> encode_png(const RgbImage& image) {
  static_assert(sizeof(Rgb) == 3);
  const std::span<const Rgb> pixels = image.values();
  return detail::png_of_bytes({pixels.empty() ? nullptr : pixels.front().data(), 3 * pixels.size()}, image.width(),
                              image.height(), 3);
}

}  // namespace inkling::inline INKLING_ABI
