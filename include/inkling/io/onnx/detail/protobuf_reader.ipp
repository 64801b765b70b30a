#pragma once

#include <inkling/io/onnx/detail/protobuf_reader.hpp>

#include <cstddef>
#include <cstring>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE bool ProtobufReader::next() {
  if (bytes_.empty()) return false;
  const std::uint64_t tag = take_varint(bytes_);
  field_ = static_cast<int>(tag >> 3U & 0x1FFFFFFFU);
  wire_ = static_cast<Wire>(tag & 7U);
  switch (wire_) {
    case Wire::varint:
      varint_ = take_varint(bytes_);
      return true;
    case Wire::fixed64:
      data_ = take(bytes_, 8);
      return true;
    case Wire::length:
      data_ = take(bytes_, take_varint(bytes_));
      return true;
    case Wire::fixed32:
      data_ = take(bytes_, 4);
      return true;
  }
  throw FormatError("Protocol Buffers: field " + std::to_string(field_) + " is of a kind that is not read");
}

INKLING_INLINE std::int64_t ProtobufReader::integer() const {
  require_wire(Wire::varint);
  return static_cast<std::int64_t>(varint_);
}

INKLING_INLINE float ProtobufReader::real() const {
  require_wire(Wire::fixed32);
  float value = 0;
  std::memcpy(&value, data_.data(), sizeof value);
  return value;
}

INKLING_INLINE std::string_view ProtobufReader::text() const {
  require_wire(Wire::length);
  return data_;
}

INKLING_INLINE void ProtobufReader::append_integers(std::vector<std::int64_t>& values) const {
  if (wire_ == Wire::varint) return values.push_back(integer());
  for (std::string_view packed = text(); !packed.empty();) {
    values.push_back(static_cast<std::int64_t>(take_varint(packed)));
  }
}

INKLING_INLINE void ProtobufReader::append_reals(std::vector<float>& values) const {
  if (wire_ == Wire::fixed32) return values.push_back(real());
  const std::string_view packed = text();
  if (packed.size() % sizeof(float) != 0) throw FormatError("Protocol Buffers: a list of numbers is cut short");
  const std::size_t before = values.size();
  values.resize(before + packed.size() / sizeof(float));
  if (!packed.empty()) std::memcpy(values.data() + before, packed.data(), packed.size());
}

INKLING_INLINE std::uint64_t ProtobufReader::take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(bytes, 1)[0]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80U) return value;
  }
  throw FormatError("Protocol Buffers: a number has more than ten bytes");
}

INKLING_INLINE std::string_view ProtobufReader::take(std::string_view& bytes, std::uint64_t count) {
  if (count > bytes.size()) throw FormatError("Protocol Buffers: a field is cut short");
  const std::string_view taken = bytes.substr(0, static_cast<std::size_t>(count));
  bytes.remove_prefix(taken.size());
  return taken;
}

INKLING_INLINE void ProtobufReader::require_wire(Wire wire) const {
  if (wire_ != wire) throw FormatError("Protocol Buffers: field " + std::to_string(field_) + " is of another kind");
}

}  // namespace inkling::inline INKLING_ABI::detail
