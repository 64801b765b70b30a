#pragma once

#include <inkling/codec/detail/png_check.hpp>
#include <inkling/codec/detail/raster.hpp>
#include <inkling/core/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE bool has_png_signature(std::span<const std::uint8_t> bytes) noexcept {
  return bytes.size() >= png_signature.size() && std::equal(png_signature.begin(), png_signature.end(), bytes.begin());
}

INKLING_INLINE int PngHeader::channels() const noexcept {
  switch (colour_type) {
    case 2:
      return 3;
    case 4:
      return 2;
    case 6:
      return 4;
    default:
      return 1;
  }
}

struct PngChunk {
  std::string_view type;
  std::span<const std::uint8_t> data;
  std::size_t offset = 0;  // in the file
  bool intact = true;      // its CRC is that of its data

  /// The case of the first letter says whether a decoder may ignore the chunk.
  bool critical() const noexcept { return type[0] >= 'A' && type[0] <= 'Z'; }
};

INKLING_INLINE std::uint32_t read_big_endian(std::span<const std::uint8_t> bytes, std::size_t at) noexcept {
  return std::uint32_t{bytes[at]} << 24U | std::uint32_t{bytes[at + 1]} << 16U | std::uint32_t{bytes[at + 2]} << 8U |
         std::uint32_t{bytes[at + 3]};
}

/// Cuts one chunk off the front of `bytes` at `offset`, and checks its length and, of a critical one, its CRC.
inline PngChunk read_png_chunk(std::span<const std::uint8_t> bytes, std::size_t offset) {
  const std::string where = "PNG: chunk at byte " + std::to_string(offset);
  const std::size_t left = bytes.size() - offset;
  if (left < 12) throw FormatError(where + " is cut short: 12 bytes needed, " + std::to_string(left) + " left");
  const std::size_t length = read_big_endian(bytes, offset);
  if (length > left - 12) {
    throw FormatError(where + " is cut short: " + std::to_string(length) + " bytes of data declared, " +
                      std::to_string(left - 12) + " left");
  }
  const std::span<const std::uint8_t> type = bytes.subspan(offset + 4, 4);
  if (!std::all_of(type.begin(), type.end(), [](std::uint8_t c) { return std::isalpha(c) != 0; })) {
    throw FormatError(where + ": the type is not four letters");
  }
  const std::uint32_t stored = read_big_endian(bytes, offset + 8 + length);
  const auto computed = static_cast<std::uint32_t>(crc32(0, type.data(), static_cast<uInt>(length + 4)));
  const PngChunk chunk{
      {reinterpret_cast<const char*>(type.data()), 4}, bytes.subspan(offset + 8, length), offset, stored == computed};
  if (chunk.critical() && !chunk.intact) throw FormatError(where + ": the CRC does not match the data");
  return chunk;
}

INKLING_INLINE PngHeader parse_png_header(std::span<const std::uint8_t> data, const DecodeLimits& limits) {
  const PngHeader header{.width = read_big_endian(data, 0),
                         .height = read_big_endian(data, 4),
                         .bit_depth = data[8],
                         .colour_type = data[9],
                         .interlaced = data[12] == 1};
  check_declared_size("PNG", header.width, header.height, limits.pixels, limits);

  const int depth = header.bit_depth;
  const bool whole_bytes = depth == 8 || depth == 16;
  const bool part_of_byte = depth == 1 || depth == 2 || depth == 4;
  const int colour = header.colour_type;
  const bool valid = (colour == 0 && (whole_bytes || part_of_byte)) || (colour == 3 && (depth == 8 || part_of_byte)) ||
                     ((colour == 2 || colour == 4 || colour == 6) && whole_bytes);
  if (!valid) {
    throw FormatError("PNG: colour type " + std::to_string(colour) + " with bit depth " + std::to_string(depth) +
                      " does not exist");
  }
  if (data[10] != 0 || data[11] != 0 || data[12] > 1) {
    throw FormatError("PNG: unknown compression, filter or interlace method");
  }
  return header;
}

inline PngHeader read_png_header(const PngChunk& chunk, const DecodeLimits& limits) {
  if (chunk.type != "IHDR" || chunk.data.size() != 13) {
    throw FormatError("PNG: expected an IHDR chunk of 13 bytes first, got " + std::string(chunk.type) + " of " +
                      std::to_string(chunk.data.size()));
  }
  return parse_png_header(chunk.data, limits);
}

INKLING_INLINE std::uint64_t png_raw_size(const PngHeader& header) noexcept {
  const auto rows_size = [&](Index width, Index height) -> std::uint64_t {
    if (width <= 0 || height <= 0) return 0;
    const auto bits = static_cast<std::uint64_t>(width) * static_cast<unsigned>(header.channels() * header.bit_depth);
    return static_cast<std::uint64_t>(height) * (1 + (bits + 7) / 8);
  };
  if (!header.interlaced) return rows_size(header.width, header.height);
  struct Pass {
    Index x, y, step_x, step_y;
  };
  constexpr std::array<Pass, 7> adam7{
      {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
  std::uint64_t size = 0;
  for (const Pass& pass : adam7) {
    size += rows_size((header.width - pass.x + pass.step_x - 1) / pass.step_x,
                      (header.height - pass.y + pass.step_y - 1) / pass.step_y);
  }
  return size;
}

/// Inflates the parts once into a small buffer that is thrown away, and throws FormatError unless the stream is sound
/// and holds `expected` bytes. A few zero bytes more are seen in the wild and do no harm.
inline void check_png_stream(std::span<const std::span<const std::uint8_t>> parts, std::uint64_t expected) {
  constexpr std::uint64_t slack = 4096;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw Error("PNG: zlib could not start");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> ends(&stream, &inflateEnd);

  std::array<std::uint8_t, 16384> discarded;
  std::uint64_t total = 0;
  int status = Z_OK;
  for (const std::span<const std::uint8_t> part : parts) {
    stream.next_in = const_cast<Bytef*>(part.data());  // zlib only reads it
    stream.avail_in = static_cast<uInt>(part.size());
    while (status == Z_OK) {
      stream.next_out = discarded.data();
      stream.avail_out = static_cast<uInt>(discarded.size());
      status = inflate(&stream, Z_NO_FLUSH);
      total += discarded.size() - stream.avail_out;
      if (total > expected + slack) {
        throw FormatError("PNG: the image data inflates to more than the " + std::to_string(expected) +
                          " bytes that the header promises");
      }
      if (stream.avail_in == 0 && stream.avail_out != 0) break;  // the next part goes on
    }
    if (status == Z_BUF_ERROR) status = Z_OK;  // no input left: not an error while parts follow
  }
  if (status != Z_STREAM_END) {
    throw FormatError(std::string("PNG: the image data is ") + (status == Z_OK ? "cut short" : "damaged") + " after " +
                      std::to_string(total) + " of " + std::to_string(expected) + " bytes");
  }
  if (total < expected) {
    throw FormatError("PNG: the image data holds " + std::to_string(total) + " bytes, the header promises " +
                      std::to_string(expected));
  }
}

/// Keeps what is used of a chunk that stands before the image data.
inline void keep(const PngChunk& chunk, PngContents& contents) {
  const bool whole_colours = !chunk.data.empty() && chunk.data.size() % 3 == 0 && chunk.data.size() <= 768;
  if (chunk.type == "PLTE" && contents.header.colour_type == 3) {
    require<FormatError>(whole_colours, "PNG: the palette (PLTE) is not of 1 to 256 colours");
    contents.palette = chunk.data;
  } else if (chunk.type == "tRNS" && chunk.intact) {
    contents.transparency = chunk.data;
  } else if (chunk.type == "pHYs" && chunk.intact && chunk.data.size() == 9) {
    contents.density = chunk.data;
  }
}

INKLING_INLINE PngContents check_png(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  require<FormatError>(has_png_signature(bytes), "PNG: the signature is missing");
  PngChunk chunk = read_png_chunk(bytes, png_signature.size());
  PngContents contents{.header = read_png_header(chunk, limits), .header_data = chunk.data};
  bool image_data_ended = false;
  while (chunk.type != "IEND") {
    chunk = read_png_chunk(bytes, chunk.offset + 12 + chunk.data.size());
    if (chunk.type == "IDAT") {
      require<FormatError>(!image_data_ended, "PNG: the IDAT chunks do not follow one another");
      contents.image_data.push_back(chunk.data);
      continue;
    }
    image_data_ended = !contents.image_data.empty();
    if (chunk.critical() && chunk.type != "IEND" && chunk.type != "PLTE") {
      throw FormatError("PNG: unexpected critical chunk " + std::string(chunk.type) + " at byte " +
                        std::to_string(chunk.offset));
    }
    if (chunk.type == "eXIf" && chunk.intact) contents.exif = chunk.data;
    if (!image_data_ended) keep(chunk, contents);
  }
  require<FormatError>(!contents.image_data.empty(), "PNG: there is no image data (IDAT)");
  require<FormatError>(contents.header.colour_type != 3 || !contents.palette.empty(),
                       "PNG: the palette (PLTE) is missing");
  check_png_stream(contents.image_data, png_raw_size(contents.header));
  return contents;
}

inline void append_plain_chunk(std::vector<std::uint8_t>& png, std::string_view type,
                               std::span<const std::uint8_t> data, std::size_t length) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) png.push_back(static_cast<std::uint8_t>(length >> shift));
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), data.begin(), data.end());
  png.resize(png.size() + (length - data.size()) + 4);  // zeros up to the length, and for the CRC
}

/// How much of tRNS there can be: an opacity for each colour of a palette, or one grey level or colour of two bytes a
/// channel that is transparent. Nothing where pixels have their own opacity.
inline std::size_t transparency_size(const PngContents& contents) noexcept {
  const std::size_t given = contents.transparency.size();
  switch (contents.header.colour_type) {
    case 0:
      return given >= 2 ? 2 : 0;
    case 2:
      return given >= 6 ? 6 : 0;
    case 3:
      return std::min(given, contents.palette.size() / 3);
    default:
      return 0;
  }
}

INKLING_INLINE std::vector<std::uint8_t> plain_png(const PngContents& contents) {
  std::vector<std::uint8_t> png(png_signature.begin(), png_signature.end());
  append_plain_chunk(png, "IHDR", contents.header_data, contents.header_data.size());
  if (contents.header.colour_type == 3) append_plain_chunk(png, "PLTE", contents.palette, 3 * 256);
  const std::size_t transparency = transparency_size(contents);
  if (transparency > 0) append_plain_chunk(png, "tRNS", contents.transparency.first(transparency), transparency);
  for (const auto& part : contents.image_data) append_plain_chunk(png, "IDAT", part, part.size());
  append_plain_chunk(png, "IEND", {}, 0);
  return png;
}

}  // namespace inkling::inline INKLING_ABI::detail
