// A decoder that shows memory which it never wrote could show a part of another client's picture. What malloc gives is
// filled with one value, then with another: whatever is decoded, or said of what is not, must be the same.

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>

using namespace inkling;

namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> pictures() {
  std::vector<Bytes> all;
  for (const char* folder : {"tests/fuzz/corpus/decode", "examples/images"}) {
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(INKLING_SOURCE_DIR) / folder)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
      std::ifstream in(path, std::ios::binary);
      all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  return all;
}

struct Outcome {
  GreyImage grey;
  RgbImage colour;
  std::string refusal;
  bool operator==(const Outcome&) const = default;
};

/// What comes of a picture while fresh memory is full of `filling`.
Outcome decoded(const Bytes& bytes, int filling) {
  ::mallopt(M_PERTURB, filling);
  Outcome outcome;
  try {
    outcome.grey = decode_image(bytes);
    outcome.colour = decode_page(bytes, 0).colour;
  } catch (const Error& error) {
    outcome.refusal = error.what();
  }
  ::mallopt(M_PERTURB, 0);
  return outcome;
}

bool same_whatever_memory_holds(const Bytes& bytes) {
  return decoded(bytes, 0x0F) == decoded(bytes, 0xA5);
}

}  // namespace

TEST_CASE("fresh memory is full of what was asked for") {
  ::mallopt(M_PERTURB, 0x0F);
  const std::vector<char*> blocks{new char[5000], new char[5000]};
  const bool filled = static_cast<unsigned char>(blocks[1][4000]) == 0xF0;
  for (char* const block : blocks) delete[] block;
  ::mallopt(M_PERTURB, 0);
  if (!filled) MESSAGE("another allocator than glibc's is in use: the next tests show nothing");
}

TEST_CASE("a picture shows nothing of what memory held before") {
  std::size_t count = 0;
  for (const Bytes& bytes : pictures()) {
    CAPTURE(count);
    ++count;
    CHECK(same_whatever_memory_holds(bytes));
  }
  CHECK(count > 30);
}

TEST_CASE("a picture that is cut or changed shows nothing of what memory held before") {
  Rng rng(9);
  for (const Bytes& bytes : pictures()) {
    if (bytes.empty() || bytes.size() > 20'000) continue;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    for (int i = 0; i < 12; ++i) {
      const Bytes cut(bytes.begin(), bytes.begin() + rng.below(size));
      CHECK(same_whatever_memory_holds(cut));
      Bytes changed = bytes;
      std::uint8_t& byte = changed[rng.below(size)];
      byte = static_cast<std::uint8_t>(byte ^ 1U << rng.below(8));
      CHECK(same_whatever_memory_holds(changed));
    }
  }
}

#endif
