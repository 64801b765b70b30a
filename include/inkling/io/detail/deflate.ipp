#pragma once

#include <inkling/io/detail/deflate.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE std::vector<std::uint8_t> deflate_bytes(std::span<const std::uint8_t> bytes, bool packs) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::vector<std::uint8_t> result(size);
  const int level = packs ? Z_BEST_COMPRESSION : Z_NO_COMPRESSION;
  if (compress2(result.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()), level) != Z_OK) {
    throw Error("zlib could not compress " + std::to_string(bytes.size()) + " bytes");
  }
  result.resize(size);
  return result;
}

INKLING_INLINE std::vector<std::uint8_t> deflate_unordered(std::span<const std::uint8_t> bytes) {
  z_stream stream{};
  constexpr int most_memory = 9;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS, most_memory, Z_HUFFMAN_ONLY) != Z_OK) {
    throw Error("zlib could not begin to compress " + std::to_string(bytes.size()) + " bytes");
  }
  std::vector<std::uint8_t> result(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());  // zlib only reads there
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  const int status = deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw Error("zlib could not compress " + std::to_string(bytes.size()) + " bytes");
  return result;
}

INKLING_INLINE std::vector<std::uint8_t> inflate_bytes(std::span<const std::uint8_t> bytes, std::size_t size) {
  constexpr std::size_t best_ratio = 1032;  // https://zlib.net/zlib_tech.html
  std::vector<std::uint8_t> result(size / best_ratio <= bytes.size() ? size : 0);
  auto got = static_cast<uLongf>(result.size());
  std::uint8_t nothing = 0;  // zlib needs a place even for no bytes
  const int status =
      uncompress(result.empty() ? &nothing : result.data(), &got, bytes.data(), static_cast<uLong>(bytes.size()));
  if (status != Z_OK || got != size) {
    throw FormatError("expected " + std::to_string(size) + " bytes compressed by zlib, got other or damaged data");
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::detail
