#pragma once

#include <inkling/codec/detail/picture_bytes.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <system_error>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE std::vector<std::uint8_t> read_picture_bytes(const std::filesystem::path& path,
                                                            const DecodeLimits& limits) {
  std::error_code unknown;  // of a pipe, say
  if (std::filesystem::is_directory(path, unknown)) {
    throw FileError("Image: expected a picture, " + path.string() + " is a folder");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError("Image: cannot open " + path.string());
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  const bool known = !unknown && size > 0;
  if (known && size > limits.bytes) {
    throw ImageTooLargeError("Image: expected up to " + std::to_string(limits.bytes) + " bytes, got " +
                             std::to_string(size));
  }
  std::vector<std::uint8_t> bytes((known ? static_cast<std::size_t>(size) : limits.bytes) + 1);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) throw FileError("Image: cannot read " + path.string());
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace inkling::inline INKLING_ABI::detail
