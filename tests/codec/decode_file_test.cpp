#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/picture/encode.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "pictures.hpp"
#include "temporary_folder.hpp"

using namespace inkling;

TEST_CASE("a picture is read from its file as from its bytes") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "four.png";
  const std::vector<std::uint8_t> png = encode_png(test::draw_four(40));
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  CHECK(test::difference(decode_image(path), decode_image(png)) == 0);

  CHECK_THROWS_WITH_AS(decode_image(folder.path() / "none.png"), doctest::Contains("none.png"), FileError);
  CHECK_THROWS_WITH_AS(decode_image(folder.path()), doctest::Contains("folder"), FileError);
  CHECK_THROWS_AS(decode_image(path, {.bytes = png.size() - 1}), ImageTooLargeError);
  CHECK_NOTHROW(decode_image(path, {.bytes = png.size()}));
  std::ofstream(path).close();
  CHECK_THROWS_AS(decode_image(path), UnsupportedImageError);
}
