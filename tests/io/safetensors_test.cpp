#include <inkling/core/error.hpp>
#include <inkling/io/safetensors/safetensors.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numbers>
#include <string>
#include <vector>

#include "contains.hpp"
#include "temporary_folder.hpp"

using namespace inkling;
using inkling::test::contains;

namespace {

using Bytes = std::vector<std::byte>;

template <typename T>
Tensor tensor(std::vector<Index> dims, std::vector<T> values) {
  return make_tensor<T>(std::move(dims), std::span<const T>(values));
}

Bytes bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// A file with this header and `data_size` zero bytes of data.
Bytes file_of(const std::string& header, std::size_t data_size = 0) {
  std::string text;
  for (unsigned shift = 0; shift < 64; shift += 8) text += static_cast<char>(header.size() >> shift);
  return bytes_of(text + header + std::string(data_size, '\0'));
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return '"' + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + '}';
}

/// What the FormatError of reading these bytes says; empty when they are read.
std::string failure(const Bytes& bytes) {
  try {
    read_safetensors(bytes, "bytes");
  } catch (const FormatError& error) {
    return error.what();
  }
  return {};
}

const Safetensors& example() {
  static const Safetensors file{{{"format", "example"}, {"caf\u00e9", "\"\n\\"}},
                                {{"a", tensor<float>({2, 1}, {1.5F, -2.0F})},
                                 {"b", tensor<std::uint8_t>({3}, {1, 2, 255})},
                                 {"c", tensor<std::int32_t>({}, {-7})}}};
  return file;
}

std::filesystem::path golden_folder() {
  return std::filesystem::path(INKLING_SOURCE_DIR) / "tests/io/golden";
}

/// Checks that values of T survive a write and a read, and that no other type is handed out for them.
template <typename T>
void check_round_trip(const std::vector<T>& values) {
  const Safetensors file{{}, {{"x", tensor<T>({static_cast<Index>(values.size())}, values)}}};
  const Safetensors back = read_safetensors(safetensors_bytes(file), "bytes");
  CHECK(back == file);
  CHECK(tensor_values<T>(back.tensors.at("x")) == values);
  if constexpr (std::is_same_v<T, float>) {
    CHECK_THROWS_AS(tensor_values<std::int32_t>(back.tensors.at("x")), FormatError);
  } else {
    CHECK_THROWS_AS(tensor_values<float>(back.tensors.at("x")), FormatError);
  }
}

}  // namespace

TEST_CASE("every type survives a round trip") {
  check_round_trip<float>({0.0F, -1.5F, 3.4e38F, 1e-45F});
  check_round_trip<double>({std::numbers::pi, -1e300});
  check_round_trip<Eigen::half>({Eigen::half(1.0F), Eigen::half(-65504.0F)});
  check_round_trip<Eigen::bfloat16>({Eigen::bfloat16(1.0F), Eigen::bfloat16(-3e38F)});
  check_round_trip<std::uint8_t>({0, 255});
  check_round_trip<std::int8_t>({-128, 127});
  check_round_trip<std::uint16_t>({0, 65535});
  check_round_trip<std::int16_t>({-32768, 32767});
  check_round_trip<std::uint32_t>({0, 4294967295U});
  check_round_trip<std::int32_t>({-2147483647 - 1, 2147483647});
  check_round_trip<std::uint64_t>({0, ~std::uint64_t{0}});
  check_round_trip<std::int64_t>({-1, std::int64_t{1} << 62});
  check_round_trip<float>({});
}

TEST_CASE("a file survives a round trip through the disk") {
  const test::TemporaryFolder folder;
  write_safetensors(folder / "file", example());
  CHECK(read_safetensors(folder / "file") == example());
  CHECK(std::filesystem::file_size(folder / "file") == safetensors_bytes(example()).size());
}

TEST_CASE("an empty file is one with a header of an empty object") {
  CHECK(read_safetensors(safetensors_bytes({}), "bytes") == Safetensors{});
  CHECK(failure(file_of("{}")).empty());
}

TEST_CASE("the header alone tells metadata, types, dimensions and places") {
  const test::TemporaryFolder folder;
  write_safetensors(folder / "file", example());
  const SafetensorsHeader header = read_safetensors_header(folder / "file");
  CHECK(header.metadata == example().metadata);
  REQUIRE(header.tensors.size() == 3);
  CHECK(header.tensors.at("a").dtype == Dtype::f32);
  CHECK(header.tensors.at("a").dims == std::vector<Index>{2, 1});
  CHECK(header.tensors.at("b").end == std::filesystem::file_size(folder / "file"));
}

TEST_CASE("the writer aligns the data and puts wide types first") {
  const Safetensors file{
      {}, {{"a", tensor<std::uint8_t>({1}, {1})}, {"b", tensor<double>({1}, {1})}, {"c", tensor<float>({1}, {1})}}};
  const test::TemporaryFolder folder;
  write_safetensors(folder / "file", file);
  const SafetensorsHeader header = read_safetensors_header(folder / "file");
  CHECK(header.tensors.at("b").begin % 8 == 0);
  CHECK(header.tensors.at("c").begin == header.tensors.at("b").end);
  CHECK(header.tensors.at("a").begin == header.tensors.at("c").end);
}

TEST_CASE("a file written by another implementation is read") {
  const Safetensors file = read_safetensors(golden_folder() / "golden.safetensors");
  CHECK(file.metadata == std::map<std::string, std::string>{{"made by", "write_golden.py"}, {"caf\u00e9", "\u2615"}});
  REQUIRE(file.tensors.size() == 13);
  const auto& all = file.tensors;
  CHECK(all.at("weight").dims == std::vector<Index>{2, 3});
  CHECK(tensor_values<float>(all.at("weight")) == std::vector<float>{0.5F, -1.25F, 3.0F, 1e-30F, -0.0F, 65536.0F});
  CHECK(std::signbit(tensor_values<float>(all.at("weight"))[4]));
  const auto halves = tensor_values<Eigen::half>(all.at("half"));
  CHECK(std::vector<float>(halves.begin(), halves.end()) == std::vector<float>{1.0F, -2.5F, 65504.0F, 0x1p-24F});
  CHECK(all.at("scalar").dims.empty());
  CHECK(tensor_values<double>(all.at("scalar")) == std::vector<double>{3.141592653589793});
  CHECK(all.at("empty").dims == std::vector<Index>{0, 7});
  CHECK(tensor_values<std::int32_t>(all.at("empty")).empty());
  CHECK(tensor_values<std::uint8_t>(all.at("bytes")) == std::vector<std::uint8_t>{0, 1, 128, 255});
  CHECK(tensor_values<std::int8_t>(all.at("signed bytes")) == std::vector<std::int8_t>{-128, 127});
  CHECK(tensor_values<std::uint16_t>(all.at("short")) == std::vector<std::uint16_t>{65535});
  CHECK(tensor_values<std::int16_t>(all.at("signed short")) == std::vector<std::int16_t>{-32768, 258});
  CHECK(tensor_values<std::int32_t>(all.at("node")) == std::vector<std::int32_t>{-1, 2147483647, -2147483647 - 1});
  CHECK(tensor_values<std::uint32_t>(all.at("count")) == std::vector<std::uint32_t>{4294967295U});
  CHECK(tensor_values<std::int64_t>(all.at("long")) == std::vector<std::int64_t>{-1, std::int64_t{1} << 62});
  CHECK(tensor_values<std::uint64_t>(all.at("unsigned long")) == std::vector<std::uint64_t>{~std::uint64_t{0}});
  CHECK(all.at("\u00fcber \"quoted\"").dtype == Dtype::boolean);
}

TEST_CASE("our file is read by another implementation") {
  const test::TemporaryFolder folder;
  const Safetensors golden = read_safetensors(golden_folder() / "golden.safetensors");
  write_safetensors(folder / "ours", golden);
  const auto lines = [&](const std::filesystem::path& file) {
    const auto out = folder / "lines";
    const std::string script = (golden_folder() / "write_golden.py").string();
    const std::string command = "python3 '" + script + "' '" + file.string() + "' > '" + out.string() + "' 2>/dev/null";
    if (std::system(command.c_str()) != 0) return std::string();
    std::ifstream stream(out);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  const std::string expected = lines(golden_folder() / "golden.safetensors");
  if (expected.empty()) {
    MESSAGE("skipped: there is no python3");
    return;
  }
  CHECK(contains(expected, "weight F32 [2, 3] 0.5 -1.25 3.0"));
  CHECK(lines(folder / "ours") == expected);
}

TEST_CASE("the bytes of a small file, spelt out") {
  const Safetensors file{{{"k", "v"}}, {{"w", tensor<float>({1, 2}, {1.0F, -2.0F})}}};
  const std::string header =
      R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})" + std::string(7, ' ');
  REQUIRE(header.size() == 88);
  CHECK(safetensors_bytes(file) ==
        bytes_of(std::string("\x58\0\0\0\0\0\0\0", 8) + header + std::string("\0\0\x80\x3f\0\0\0\xc0", 8)));
}

TEST_CASE("what breaks a rule of the format is refused with a message") {
  struct Case {
    std::string header;
    std::size_t data;
    std::string message;
  };
  const std::string good = entry("x", "F32", "[2]", "[0,8]");
  const std::vector<Case> cases{
      // the frame
      {"", 0, "expected a JSON object"},
      {"   ", 0, "expected a JSON object"},
      {" {}", 0, "expected a JSON object"},
      {"[]", 0, "expected a JSON object"},
      {"{}\n", 0, "expected a JSON object"},
      {"{}x", 0, "expected a JSON object"},
      {std::string("{}\0}", 4), 0, "expected a JSON object"},
      {"{", 0, "expected a JSON object"},
      {"{}}", 0, "not valid JSON"},
      {"{" + good + ",}", 8, "not valid JSON"},
      {"{\"a\xff\":{}}", 0, "not valid JSON"},
      {"{/**/}", 0, "not valid JSON"},
      // repeated names
      {"{" + good + "," + good + "}", 8, "tensor 'x': the name comes twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", 0, "the name comes twice"},
      {R"({"__metadata__":{"k":"a","k":"b"}})", 0, "the key \"k\" comes twice"},
      {R"({"x":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4, "\"dtype\" comes twice"},
      {R"({"x":{"dtype":"F32","shape":[],"shape":[],"data_offsets":[0,4]}})", 4, "\"shape\" comes twice"},
      {R"({"x":{"dtype":"F32","shape":[],"data_offsets":[0,4],"data_offsets":[0,4]}})", 4, "comes twice"},
      // metadata
      {R"({"__metadata__":{"k":1}})", 0, "expected a string, got the number 1"},
      {R"({"__metadata__":{"k":{}}})", 0, "expected a string, got an object"},
      {R"({"__metadata__":{"k":null}})", 0, "expected a string, got null"},
      {R"({"__metadata__":[]})", 0, "got an array"},
      // the description of a tensor
      {R"({"x":7})", 0, "tensor 'x': expected an object, got the number 7"},
      {R"({"x":{}})", 0, "tensor 'x': expected dtype, shape and data_offsets"},
      {R"({"x":{"dtype":"F32","shape":[0]}})", 0, "expected dtype, shape and data_offsets"},
      {R"({"x":{"dtype":"F32","data_offsets":[0,0]}})", 0, "expected dtype, shape and data_offsets"},
      {R"({"x":{"shape":[0],"data_offsets":[0,0]}})", 0, "expected dtype, shape and data_offsets"},
      {R"({"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":1}})", 0, "got the key \"more\""},
      {"{" + entry("x", "F33", "[2]", "[0,8]") + "}", 8, "unknown type \"F33\""},
      {"{" + entry("x", "f32", "[2]", "[0,8]") + "}", 8, "unknown type"},
      {R"({"x":{"dtype":32,"shape":[2],"data_offsets":[0,8]}})", 8, "expected a type's name, got the number 32"},
      {"{" + entry("x", "F32", "2", "[0,8]") + "}", 8, "expected an array as shape"},
      {"{" + entry("x", "F32", "[-2]", "[0,8]") + "}", 8, "expected a dimension, got -2"},
      {"{" + entry("x", "F32", "[2.0]", "[0,8]") + "}", 8, "expected a dimension, got the number 2.0"},
      {"{" + entry("x", "F32", "[true]", "[0,8]") + "}", 8, "expected a dimension, got a boolean"},
      {"{" + entry("x", "F32", "[[2]]", "[0,8]") + "}", 8, "expected a dimension, got an array"},
      {"{" + entry("x", "F32", "[9223372036854775808]", "[0,8]") + "}", 8, "expected a dimension"},
      {"{" + entry("x", "F32", "[99999999999999999999]", "[0,8]") + "}", 8, "expected a dimension"},
      {"{" + entry("x", "F32", "[2]", "[0]") + "}", 8, "expected two offsets"},
      {"{" + entry("x", "F32", "[2]", "[]") + "}", 8, "expected two offsets"},
      {"{" + entry("x", "F32", "[2]", "[0,8,8]") + "}", 8, "expected two offsets"},
      {"{" + entry("x", "F32", "[2]", "[-1,8]") + "}", 8, "expected two offsets"},
      {"{" + entry("x", "F32", "[2]", "8") + "}", 8, "expected an array as data_offsets"},
      // sizes
      {"{" + good + "}", 7, "expected 8 bytes of data, got 7"},
      {"{" + good + "}", 9, "expected 8 bytes of data, got 9"},
      {"{}", 1, "expected 0 bytes of data, got 1"},
      {"{" + entry("x", "F32", "[2]", "[0,4]") + "}", 4, "expected data_offsets 8 bytes apart for F32[2], got [0,4]"},
      {"{" + entry("x", "F32", "[2]", "[8,0]") + "}", 8, "tensor 'x'"},
      {"{" + entry("x", "F32", "[2]", "[1,9]") + "}", 9, "expected data_offsets to begin at 0"},
      {"{" + entry("x", "F32", "[4611686018427387905]", "[0,4]") + "}", 4, "more than 2^63"},
      {"{" + entry("x", "U8", "[4294967296,4294967296]", "[0,0]") + "}", 0, "more than 2^63"},
      {"{" + entry("x", "U8", "[9223372036854775807]", "[0,9223372036854775807]") + "}", 0,
       "expected 9223372036854775807 bytes"},
      {"{" + good + "," + entry("y", "U8", "[4]", "[4,8]") + "}", 8, "expected data_offsets to begin at 8"},
      {"{" + good + "," + entry("y", "U8", "[4]", "[12,16]") + "}", 16, "expected data_offsets to begin at 8"},
      {"{" + good + "," + entry("y", "F32", "[2]", "[0,8]") + "}", 8, "expected data_offsets to begin at 8"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.header);
    CAPTURE(c.data);
    const std::string message = failure(file_of(c.header, c.data));
    CAPTURE(message);
    CHECK(contains(message, "bytes: "));
    CHECK(contains(message, c.message));
  }
}

TEST_CASE("what the format allows is read") {
  CHECK(failure(file_of("{" + entry("x", "F32", "[2]", "[0,8]") + "}   ", 8)).empty());
  CHECK(failure(file_of("{\n\t" + entry("x", "F32", "[ 2 ]", "[0,8]") + "\r}", 8)).empty());
  CHECK(failure(file_of("{" + entry("x", "U8", "[0,9223372036854775807]", "[0,0]") + "}")).empty());
  CHECK(failure(file_of("{" + entry("x", "U8", "[0]", "[4,4]") + "," + entry("y", "F32", "[]", "[0,4]") + "}", 4))
            .empty());
  CHECK(failure(file_of("{" + entry("", "U8", "[1]", "[0,1]") + "}", 1)).empty());
}

TEST_CASE("a header length that lies is refused before memory is asked for") {
  Bytes bytes = file_of("{}");
  for (std::size_t i = 0; i < 8; ++i) {
    Bytes lie = bytes;
    lie[i] = std::byte{0x7f};
    CHECK(contains(failure(lie), "expected a header of at most 2 bytes"));
  }
  CHECK(contains(failure({}), "expected at least 8 bytes, got 0"));
  CHECK(contains(failure(Bytes(7)), "expected at least 8 bytes, got 7"));
}

TEST_CASE("deep JSON ends the parse where it begins") {
  const std::string deep(1'000'000, '[');
  CHECK(contains(failure(file_of("{\"x\":" + deep + "}")), "got an array"));
  CHECK(contains(failure(file_of("{\"x\":{\"shape\":" + deep + "}}")), "got an array"));
  std::string objects = "{";
  for (int i = 0; i < 100'000; ++i) objects += "\"a\":{";
  CHECK_FALSE(failure(file_of(objects + "}")).empty());
}

TEST_CASE("a file cut anywhere is refused") {
  const Bytes whole = safetensors_bytes(example());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(failure(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).empty());
  }
  Bytes longer = whole;
  longer.push_back(std::byte{0});
  CHECK_FALSE(failure(longer).empty());
}

TEST_CASE("any changed byte of the header is refused, or gives a file as valid as the first") {
  const Bytes whole = safetensors_bytes(example());
  std::size_t data = 0;
  for (const auto& [name, tensor] : example().tensors) data += tensor.bytes.size();
  int read = 0;
  for (std::size_t at = 0; at < whole.size() - data; ++at) {
    for (const unsigned bits : {0x01U, 0x02U, 0x04U, 0x08U, 0x10U, 0x20U, 0x40U, 0x80U, 0xffU}) {
      Bytes changed = whole;
      changed[at] ^= static_cast<std::byte>(bits);
      try {
        const Safetensors file = read_safetensors(changed, "bytes");
        ++read;
        CHECK(read_safetensors(safetensors_bytes(file), "again") == file);
      } catch (const FormatError&) {
      }
    }
  }
  CHECK(read > 20);  // names and metadata may become others
}

TEST_CASE("files that cannot be read") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(read_safetensors(folder / "nothing"), FileError);
  CHECK_THROWS_AS(read_safetensors(folder.path()), FileError);
  std::ofstream(folder / "garbage") << "not a model at all";
  try {
    read_safetensors(folder / "garbage");
    FAIL("garbage was read");
  } catch (const FormatError& error) {
    CHECK(contains(error.what(), (folder / "garbage").string()));
  }
}

TEST_CASE("the writer refuses what it could not read back") {
  CHECK_THROWS_AS(safetensors_bytes({{}, {{"x", Tensor{Dtype::f32, {2}, Bytes(7)}}}}), ShapeError);
  CHECK_THROWS_AS(safetensors_bytes({{}, {{"x", Tensor{Dtype::f32, {-1}, {}}}}}), ShapeError);
  CHECK_THROWS_AS(safetensors_bytes({{}, {{"__metadata__", tensor<float>({}, {1})}}}), ValueError);
  CHECK_THROWS_AS(safetensors_bytes({{{"k", "\xff"}}, {}}), ValueError);
  CHECK_THROWS_AS(tensor<float>({3}, {1, 2}), ShapeError);
}
