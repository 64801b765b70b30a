#pragma once

#include <inkling/core/config.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI {

/// Writes a message in the wire format of Protocol Buffers, field after field:
/// https://protobuf.dev/programming-guides/encoding
class ProtobufWriter {
 public:
  /// int32, int64, bool and enum fields.
  ProtobufWriter& integer(int field, std::int64_t value) {
    tag(field, Wire::varint);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  ProtobufWriter& real(int field, float value) {
    tag(field, Wire::fixed32);
    append(&value, sizeof value);
    return *this;
  }
  /// string and bytes fields.
  ProtobufWriter& text(int field, std::string_view value) {
    tag(field, Wire::length);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  ProtobufWriter& message(int field, const ProtobufWriter& value) { return text(field, value.bytes_); }

  /// Repeated fields, packed.
  ProtobufWriter& integers(int field, std::span<const std::int64_t> values) {
    ProtobufWriter packed;
    for (const std::int64_t value : values) packed.varint(static_cast<std::uint64_t>(value));
    return message(field, packed);
  }
  ProtobufWriter& reals(int field, std::span<const float> values) {
    tag(field, Wire::length);
    varint(values.size_bytes());
    append(values.data(), values.size_bytes());
    return *this;
  }

  const std::string& bytes() const noexcept { return bytes_; }

 private:
  enum class Wire : std::uint64_t { varint = 0, length = 2, fixed32 = 5 };

  void tag(int field, Wire wire) { varint(static_cast<std::uint64_t>(field) << 3U | static_cast<std::uint64_t>(wire)); }
  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
    bytes_ += static_cast<char>(value);
  }
  void append(const void* data, std::size_t size) {
    static_assert(std::endian::native == std::endian::little, "Protocol Buffers are little-endian");
    bytes_.append(static_cast<const char*>(data), size);
  }

  std::string bytes_;
};

}  // namespace inkling::inline INKLING_ABI
