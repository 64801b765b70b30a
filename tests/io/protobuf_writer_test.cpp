#include <inkling/io/onnx/detail/protobuf_writer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using inkling::ProtobufWriter;

namespace {

std::string hex(const ProtobufWriter& writer) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : writer.bytes()) {
    const auto value = static_cast<unsigned char>(byte);
    text += {digits[value >> 4U], digits[value & 15U], ' '};
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

// Expected bytes: the examples of protobuf.dev/programming-guides/encoding, and their rules by hand.
TEST_CASE("fields are written as Protocol Buffers asks") {
  CHECK(hex(ProtobufWriter().integer(1, 150)) == "08 96 01");
  CHECK(hex(ProtobufWriter().integer(1, 0)) == "08 00");
  CHECK(hex(ProtobufWriter().integer(1, -2)) == "08 fe ff ff ff ff ff ff ff ff 01");
  CHECK(hex(ProtobufWriter().text(2, "testing")) == "12 07 74 65 73 74 69 6e 67");
  CHECK(hex(ProtobufWriter().message(3, ProtobufWriter().integer(1, 150))) == "1a 03 08 96 01");
  CHECK(hex(ProtobufWriter().integers(6, std::vector<std::int64_t>{3, 270, 86942})) == "32 06 03 8e 02 9e a7 05");
  CHECK(hex(ProtobufWriter().real(2, 1.0F)) == "15 00 00 80 3f");
  CHECK(hex(ProtobufWriter().reals(7, std::array<float, 2>{1.0F, -2.0F})) == "3a 08 00 00 80 3f 00 00 00 c0");
  CHECK(hex(ProtobufWriter().integer(20, 7)) == "a0 01 07");
  CHECK(ProtobufWriter().text(1, std::string(300, 'x')).bytes().substr(0, 3) == "\x0a\xac\x02");
}
