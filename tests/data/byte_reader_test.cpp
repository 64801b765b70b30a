#include <inkling/core/error.hpp>
#include <inkling/data/detail/byte_reader.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "idx_files.hpp"
#include "temporary_folder.hpp"

using inkling::ByteReader;
using inkling::FileError;
using inkling::FormatError;
using namespace inkling::test;

namespace {

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t state = 1;
  for (auto& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  return bytes;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// Everything, in pieces of `step` bytes.
Bytes read_all(ByteReader& reader, std::size_t step) {
  Bytes all;
  Bytes piece(step);
  while (const std::size_t got = reader.read(piece)) {
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return all;
}

Bytes read_memory(const Bytes& bytes, std::size_t step = 1000) {
  ByteReader reader(bytes, "memory");
  return read_all(reader, step);
}

}  // namespace

TEST_CASE("ByteReader gives the bytes of files and memory, unpacked, whatever the sizes of the reads") {
  const TemporaryFolder folder;
  for (const std::size_t size : {0U, 1U, 2U, 1000U, 65536U, 65537U, 200000U}) {
    const Bytes bytes = pattern(size);
    const Bytes packed = gzip(bytes);
    const auto plain_file = write(folder / "plain.gz", bytes);  // content decides, not the name
    const auto packed_file = write(folder / "packed", packed);
    for (const std::size_t step : {999U, 65536U, 300000U}) {
      CAPTURE(size);
      CAPTURE(step);
      ByteReader from_plain(plain_file);
      ByteReader from_packed(packed_file);
      CHECK_FALSE(from_plain.compressed());
      CHECK(from_packed.compressed());
      CHECK(read_all(from_plain, step) == bytes);
      CHECK(read_all(from_packed, step) == bytes);
      CHECK(read_memory(bytes, step) == bytes);
      CHECK(read_memory(packed, step) == bytes);
    }
  }
}

TEST_CASE("ByteReader reads gzip files of several members, and empty ones among them") {
  const Bytes first = pattern(70000);
  const Bytes second = pattern(10);
  CHECK(read_memory(gzip(first) + gzip({}) + gzip(second)) == first + second);
}

TEST_CASE("ByteReader: size_limit bounds what can come") {
  const Bytes zeros(1U << 20U);
  const Bytes packed = gzip(zeros);
  ByteReader plain(zeros, "memory");
  ByteReader unpacking(packed, "memory");
  CHECK(plain.size_limit() == zeros.size());
  CHECK(unpacking.size_limit() >= zeros.size());  // zeros are what deflate packs best
  CHECK(unpacking.size_limit() < 2 * zeros.size());
}

TEST_CASE("ByteReader notices gzip data that are cut off anywhere") {
  const Bytes bytes = pattern(300);
  const Bytes packed = gzip(bytes);
  for (std::size_t size = 2; size < packed.size(); ++size) {
    CAPTURE(size);
    const Bytes cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string text = message_of<FormatError>([&] { read_memory(cut); });
    CHECK(text == "memory: gzip data are cut off, at byte " + std::to_string(size) + " of " + std::to_string(size));
  }
}

TEST_CASE("ByteReader never gives other bytes when gzip data have changed") {
  const Bytes bytes = pattern(300);
  const Bytes packed = gzip(bytes);
  int refused = 0;
  for (std::size_t i = 2; i < packed.size(); ++i) {
    for (const unsigned bit : {0x01U, 0x10U, 0x80U}) {
      CAPTURE(i);
      Bytes broken = packed;
      broken[i] = static_cast<std::uint8_t>(broken[i] ^ bit);
      const std::string text = message_of<FormatError>([&] {
        const Bytes got = read_memory(broken);
        CHECK(got == bytes);
      });
      if (text.empty()) continue;  // a bit without meaning: the time, the system, padding
      CHECK(text.find("memory: gzip data are ") == 0);
      ++refused;
    }
  }
  CHECK(refused > 900);
}

TEST_CASE("ByteReader refuses other bytes after gzip data") {
  const Bytes packed = gzip(pattern(300));
  CHECK(message_of<FormatError>([&] {
          read_memory(packed + Bytes{0, 0});
        }).find("followed by other bytes") != std::string::npos);
  CHECK(message_of<FormatError>([&] { read_memory(packed + Bytes{0x1F, 1, 2}); }).find("corrupt") != std::string::npos);
}

TEST_CASE("ByteReader names a file that cannot be read") {
  const TemporaryFolder folder;
  const auto missing = folder / "missing";
  CHECK(message_of<FileError>([&] { ByteReader reader(missing); }) == missing.string() + ": No such file or directory");
  CHECK(message_of<FileError>([&] { ByteReader reader(folder.path()); }).find("expected a file") != std::string::npos);
}
