#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Reads a message in the wire format of Protocol Buffers, field after field.
///
///     for (ProtobufReader reader(bytes); reader.next();) {
///       if (reader.field() == 1) name = reader.text();
///     }
class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view bytes) : bytes_(bytes) {}

  /// Goes to the next field; false at the end. Throws FormatError for a field that is cut short or of an old kind.
  bool next();
  int field() const noexcept { return field_; }

  /// The value of the field. Each throws FormatError for a field of another kind.
  std::int64_t integer() const;
  float real() const;
  /// string, bytes and messages.
  std::string_view text() const;
  /// Adds one value, or those of a packed field.
  void append_integers(std::vector<std::int64_t>& values) const;
  void append_reals(std::vector<float>& values) const;

 private:
  enum class Wire : std::uint64_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

  static std::uint64_t take_varint(std::string_view& bytes);
  static std::string_view take(std::string_view& bytes, std::uint64_t count);
  void require_wire(Wire wire) const;

  std::string_view bytes_;  // that are left
  int field_ = 0;
  Wire wire_ = Wire::varint;
  std::uint64_t varint_ = 0;
  std::string_view data_;  // of any other kind
};

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/detail/protobuf_reader.ipp>
#endif
