#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/range.hpp>
#include <inkling/data/detail/byte_reader.hpp>
#include <inkling/data/idx.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// "10000 x 28 x 28"
inline std::string dims_text(const std::vector<Index>& dims) {
  std::string text;
  for (const Index dim : dims) text += (text.empty() ? "" : " x ") + std::to_string(dim);
  return text;
}

inline std::string hex_byte(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'0', 'x', digits[byte >> 4U], digits[byte & 15U]};
}

inline void read_idx_header(ByteReader& reader, std::span<std::uint8_t> into, const char* part) {
  const std::size_t got = reader.read(into);
  if (got < into.size()) {
    throw FormatError(reader.name() + ": expected " + std::to_string(into.size()) + " bytes of an IDX " + part +
                      ", got " + std::to_string(got));
  }
}

inline std::vector<Index> read_idx_dims(ByteReader& reader, int dimensions) {
  std::array<std::uint8_t, 4> magic{};
  read_idx_header(reader, magic, "magic number");
  if (magic[0] != 0 || magic[1] != 0) {
    throw FormatError(reader.name() + ": not an IDX file: expected 0x00 0x00 at byte 0, got " + hex_byte(magic[0]) +
                      " " + hex_byte(magic[1]));
  }
  if (magic[2] != 0x08) {
    throw FormatError(reader.name() + ": expected IDX type 0x08 (unsigned bytes) at byte 2, got " + hex_byte(magic[2]));
  }
  if (magic[3] != dimensions) {
    throw FormatError(reader.name() + ": expected " + std::to_string(dimensions) + " dimensions at byte 3, got " +
                      std::to_string(magic[3]));
  }
  std::vector<Index> dims;
  for (int d = 0; d < dimensions; ++d) {
    std::array<std::uint8_t, 4> bytes{};
    read_idx_header(reader, bytes, "dimension");
    Index dim = 0;
    for (const std::uint8_t byte : bytes) dim = dim << 8 | byte;
    dims.push_back(dim);
  }
  return dims;
}

inline Index idx_size(const std::vector<Index>& dims, const std::string& name) {
  Index size = 1;
  for (const Index dim : dims) {
    if (dim != 0 && size > std::numeric_limits<Index>::max() / dim) {
      throw FormatError(name + ": " + dims_text(dims) + " bytes are more than can be addressed");
    }
    size *= dim;
  }
  return size;
}

inline IdxArray read_idx_array(ByteReader& reader, int dimensions) {
  in_range("read_idx: dimensions", dimensions, {1, 255});
  std::vector<Index> dims = read_idx_dims(reader, dimensions);
  const Index size = idx_size(dims, reader.name());
  const Index item_size = idx_size({dims.begin() + 1, dims.end()}, reader.name());
  const auto header = static_cast<std::uint64_t>(4 + 4 * dimensions);
  const std::string declared =
      reader.name() + ": the header declares " + dims_text(dims) + " = " + std::to_string(size) + " bytes, ";
  if (const std::uint64_t limit = reader.size_limit() - header; static_cast<std::uint64_t>(size) > limit) {
    throw FormatError(declared +
                      (reader.compressed() ? "more than packed data of this size may hold: at most " : "but only ") +
                      std::to_string(limit) + " follow it");
  }

  Pixels items(item_size, dims.front());
  const std::size_t got = reader.read({items.data(), static_cast<std::size_t>(size)});
  if (got < static_cast<std::size_t>(size)) {
    throw FormatError(declared + "but only " + std::to_string(got) + " follow it");
  }
  std::array<std::uint8_t, 1> extra{};
  if (reader.read(extra) > 0) throw FormatError(declared + "but more follow them");
  return {std::move(dims), std::move(items)};
}

}  // namespace detail

INKLING_INLINE IdxArray read_idx(const std::filesystem::path& file, int dimensions) {
  ByteReader reader(file);
  return detail::read_idx_array(reader, dimensions);
}

INKLING_INLINE IdxArray read_idx(std::span<const std::uint8_t> bytes, int dimensions, std::string name) {
  ByteReader reader(bytes, std::move(name));
  return detail::read_idx_array(reader, dimensions);
}

}  // namespace inkling::inline INKLING_ABI
