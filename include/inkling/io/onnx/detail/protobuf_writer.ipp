#pragma once

#include <inkling/io/onnx/detail/protobuf_writer.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE auto ProtobufWriter::integer(int field, std::int64_t value) -> ProtobufWriter& {
  tag(field, Wire::varint);
  varint(static_cast<std::uint64_t>(value));
  return *this;
}

INKLING_INLINE auto ProtobufWriter::real(int field, float value) -> ProtobufWriter& {
  tag(field, Wire::fixed32);
  append(&value, sizeof value);
  return *this;
}

INKLING_INLINE auto ProtobufWriter::text(int field, std::string_view value) -> ProtobufWriter& {
  tag(field, Wire::length);
  varint(value.size());
  bytes_ += value;
  return *this;
}

INKLING_INLINE auto ProtobufWriter::integers(int field, std::span<const std::int64_t> values) -> ProtobufWriter& {
  ProtobufWriter packed;
  for (const std::int64_t value : values) packed.varint(static_cast<std::uint64_t>(value));
  return message(field, packed);
}

INKLING_INLINE auto ProtobufWriter::reals(int field, std::span<const float> values) -> ProtobufWriter& {
  tag(field, Wire::length);
  varint(values.size_bytes());
  append(values.data(), values.size_bytes());
  return *this;
}

INKLING_INLINE void ProtobufWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
  bytes_ += static_cast<char>(value);
}

INKLING_INLINE void ProtobufWriter::append(const void* data, std::size_t size) {
  static_assert(std::endian::native == std::endian::little, "Protocol Buffers are little-endian");
  bytes_.append(static_cast<const char*>(data), size);
}

}  // namespace inkling::inline INKLING_ABI
