#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/idx.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "idx_files.hpp"
#include "temporary_folder.hpp"

using inkling::FileError;
using inkling::FormatError;
using inkling::IdxArray;
using inkling::Index;
using inkling::read_idx;
using inkling::Rng;
using namespace inkling::test;

namespace {

Bytes count_up(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

std::string error_of(const Bytes& bytes, int dimensions = 3) {
  return message_of<FormatError>([&] { read_idx(bytes, dimensions, "x.idx"); });
}

Bytes first_bytes(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE("read_idx: a column is an item, row by row") {
  const TemporaryFolder folder;
  const Bytes bytes = idx({2, 3, 4}, count_up(24));
  const auto check = [](const IdxArray& array) {
    CHECK(array.dims == std::vector<Index>{2, 3, 4});
    REQUIRE(array.items.rows() == 12);
    REQUIRE(array.items.cols() == 2);
    for (Index i = 0; i < 24; ++i) CHECK(array.items(i % 12, i / 12) == i + 1);
  };
  check(read_idx(bytes, 3));
  check(read_idx(gzip(bytes), 3));
  check(read_idx(write(folder / "plain", bytes), 3));
  check(read_idx(write(folder / "packed", gzip(bytes)), 3));
}

TEST_CASE("read_idx: labels are one row") {
  const IdxArray array = read_idx(idx({5}, {9, 8, 7, 6, 5}), 1);
  CHECK(array.dims == std::vector<Index>{5});
  REQUIRE(array.items.rows() == 1);
  REQUIRE(array.items.cols() == 5);
  CHECK(array.items(0, 0) == 9);
  CHECK(array.items(0, 4) == 5);
}

TEST_CASE("read_idx: no items, and items without bytes") {
  CHECK(read_idx(idx({0, 28, 28}, {}), 3).items.cols() == 0);
  CHECK(read_idx(gzip(idx({0, 28, 28}, {})), 3).items.rows() == 784);
  CHECK(read_idx(idx({7, 0, 28}, {}), 3).items.cols() == 7);
}

TEST_CASE("read_idx: headers that are not IDX") {
  CHECK(error_of({}) == "x.idx: expected 4 bytes of an IDX magic number, got 0");
  CHECK(error_of({0, 0, 8}) == "x.idx: expected 4 bytes of an IDX magic number, got 3");
  CHECK(error_of({0x89, 'P', 'N', 'G', 1, 2, 3}) ==
        "x.idx: not an IDX file: expected 0x00 0x00 at byte 0, got 0x89 0x50");
  CHECK(error_of(idx_header(0x0D, {1, 1, 1})) == "x.idx: expected IDX type 0x08 (unsigned bytes) at byte 2, got 0x0D");
  CHECK(error_of(idx({5}, count_up(5))) == "x.idx: expected 3 dimensions at byte 3, got 1");
  CHECK(error_of(idx({1, 2, 2}, count_up(4)), 1) == "x.idx: expected 1 dimensions at byte 3, got 3");
  CHECK(error_of(idx({}, {}), 1) == "x.idx: expected 1 dimensions at byte 3, got 0");
  CHECK(error_of({0, 0, 8, 3, 0, 0, 0, 2, 0}) == "x.idx: expected 4 bytes of an IDX dimension, got 1");
}

TEST_CASE("read_idx: fewer or more bytes than declared") {
  const Bytes bytes = idx({2, 3, 4}, count_up(24));
  CHECK(error_of(first_bytes(bytes, bytes.size() - 1)) ==
        "x.idx: the header declares 2 x 3 x 4 = 24 bytes, but only 23 follow it");
  CHECK(error_of(gzip(first_bytes(bytes, bytes.size() - 1))) ==
        "x.idx: the header declares 2 x 3 x 4 = 24 bytes, but only 23 follow it");
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(error_of(longer) == "x.idx: the header declares 2 x 3 x 4 = 24 bytes, but more follow them");
  CHECK(error_of(gzip(longer)) == "x.idx: the header declares 2 x 3 x 4 = 24 bytes, but more follow them");
}

TEST_CASE("read_idx: every cut of a file is an error") {
  const Bytes bytes = idx({2, 3, 4}, count_up(24));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(error_of(first_bytes(bytes, size)) != "");
    CHECK(error_of(gzip(first_bytes(bytes, size))) != "");
  }
}

TEST_CASE("read_idx does not allocate what a small file declares") {
  constexpr std::uint32_t huge = 0xFFFFFFFF;
  CHECK(error_of(idx_header(8, {huge, huge, huge})).find("more than can be addressed") != std::string::npos);
  CHECK(error_of(idx_header(8, {0, huge, huge})).find("more than can be addressed") != std::string::npos);
  CHECK(error_of(idx_header(8, {huge, 28, 28})).find("but only 0 follow it") != std::string::npos);
  CHECK(error_of(gzip(idx_header(8, {huge, 28, 28}))).find("more than packed data of this size may hold") !=
        std::string::npos);
}

TEST_CASE("read_idx: gzip data that are broken after the last item") {
  Bytes packed = gzip(idx({2, 3, 4}, count_up(24)));
  SUBCASE("a wrong checksum") {
    packed[packed.size() - 8] ^= 1U;
  }
  SUBCASE("a wrong length") {
    packed[packed.size() - 1] ^= 1U;
  }
  SUBCASE("no checksum") {
    packed.resize(packed.size() - 8);
  }
  SUBCASE("something else behind it") {
    packed.push_back(0);
  }
  CHECK(error_of(packed).find("x.idx: ") == 0);
}

TEST_CASE("read_idx names the file in its errors") {
  const TemporaryFolder folder;
  const auto file = write(folder / "broken", "not IDX at all");
  CHECK(message_of<FormatError>([&] { read_idx(file, 3); }).find(file.string() + ": not an IDX file") == 0);
  CHECK(message_of<FileError>([&] { read_idx(folder / "missing", 3); }).find("missing") != std::string::npos);
}

TEST_CASE("read_idx: a file has 1 to 255 dimensions") {
  for (const int dimensions : {0, -1, 256}) {
    CHECK_THROWS_AS(read_idx(idx_header(8, {}), dimensions), inkling::ValueError);
  }
}

TEST_CASE("read_idx: packed data may not be many times their size") {
  const Bytes blank = idx({200'000, 28, 28}, Bytes(200'000 * 784));
  const Bytes packed = gzip(blank);
  REQUIRE(packed.size() < 1'000'000);  // 157 MB in less than a megabyte
  CHECK_THROWS_WITH_AS(read_idx(packed, 3), doctest::Contains("more than packed data of this size may hold"),
                       FormatError);
}

TEST_CASE("read_idx: ten thousand changed bytes are refused, or give as many items") {
  const Bytes plain = idx({6, 5, 4}, count_up(120));
  Rng rng(5);
  for (const Bytes& whole : {plain, gzip(plain)}) {
    int read = 0;
    for (int i = 0; i < 10'000; ++i) {
      Bytes changed = whole;
      std::uint8_t& byte = changed[rng.below(static_cast<std::uint32_t>(whole.size()))];
      byte = static_cast<std::uint8_t>(byte ^ 1U << rng.below(8));
      try {
        const IdxArray array = read_idx(changed, 3);
        CHECK(array.items.size() == array.dims[0] * array.dims[1] * array.dims[2]);
        ++read;
      } catch (const FormatError&) {
      }
    }
    CHECK(read > 0);
  }
}
