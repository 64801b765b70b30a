#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI {

/// Writes a message in the wire format of Protocol Buffers, field after field:
/// https://protobuf.dev/programming-guides/encoding
class ProtobufWriter {
 public:
  /// int32, int64, bool and enum fields.
  ProtobufWriter& integer(int field, std::int64_t value);
  ProtobufWriter& real(int field, float value);
  /// string and bytes fields.
  ProtobufWriter& text(int field, std::string_view value);
  ProtobufWriter& message(int field, const ProtobufWriter& value) { return text(field, value.bytes_); }

  /// Repeated fields, packed.
  ProtobufWriter& integers(int field, std::span<const std::int64_t> values);
  ProtobufWriter& reals(int field, std::span<const float> values);

  const std::string& bytes() const noexcept { return bytes_; }

 private:
  enum class Wire : std::uint64_t { varint = 0, length = 2, fixed32 = 5 };

  void tag(int field, Wire wire) { varint(static_cast<std::uint64_t>(field) << 3U | static_cast<std::uint64_t>(wire)); }
  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  void varint(std::uint64_t value);
  void append(const void* data, std::size_t size);

  std::string bytes_;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/detail/protobuf_writer.ipp>
#endif
