// Small pictures as real cameras, scanners and programs write them, in $INKLING_SHARED/data/reports; skipped without
// it.

#include <inkling/codec/decode.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace inkling;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::filesystem::path reports() {
  const char* shared = std::getenv("INKLING_SHARED");
  return std::filesystem::path(shared != nullptr ? shared : INKLING_SOURCE_DIR "/../shared") / "data" / "reports";
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The mean place, as a share of the width, of the pixels darker than the middle between the lightest and the darkest,
/// in some rows; -1 when there are none.
double mean_column(const GreyImage& image, double from, double to) {
  const auto [dark, light] = std::minmax_element(image.values().begin(), image.values().end());
  const int middle = (*dark + *light) / 2;
  double sum = 0;
  double count = 0;
  for (auto y = static_cast<Index>(from * static_cast<double>(image.height()));
       y < static_cast<Index>(to * static_cast<double>(image.height())); ++y) {
    for (Index x = 0; x < image.width(); ++x) {
      if (image(x, y) >= middle) continue;
      sum += static_cast<double>(x) / static_cast<double>(image.width());
      ++count;
    }
  }
  return count > 0 ? sum / count : -1;
}

TEST_CASE("pictures of a seven from many writers are decoded upright" *
          doctest::skip(!std::filesystem::exists(reports()))) {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(reports())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("jpeg-") && !name.starts_with("png-")) continue;
    CAPTURE(name);
    GreyImage image = decode_image(read_file(entry.path()));
    if (name == "png-white-ink-transparent.png") {
      for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(255 - value);
    }
    // A seven: its bar above, and a leg that ends left of where the bar does.
    const double above = mean_column(image, 0, 0.5);
    const double below = mean_column(image, 0.6, 1);
    CHECK(above > 0);
    CHECK(below > 0);
    CHECK(below < above);
    ++seen;
  }
  CHECK(seen >= 14);
}

TEST_CASE("indices beyond a palette show nothing of other pictures" *
          doctest::skip(!std::filesystem::exists(reports()))) {
  const Bytes beyond = read_file(reports() / "palette-index-beyond-plte.png");
  const GreyImage first = decode_image(beyond);
  decode_image(read_file(reports() / "png-text-crc.png"));
  CHECK(decode_image(beyond) == first);
}

TEST_CASE("what is no picture is named" * doctest::skip(!std::filesystem::exists(reports()))) {
  CHECK_THROWS_WITH_AS(decode_image(read_file(reports() / "riff-wave.png")), doctest::Contains("WAVE"),
                       UnsupportedImageError);
  CHECK_THROWS_WITH_AS(decode_image(read_file(reports() / "heic-header.heic")), doctest::Contains("HEIC"), FormatError);
}

TEST_CASE("ink as bright as its paper is told by its colour" * doctest::skip(!std::filesystem::exists(reports()))) {
  const GreyImage image = decode_image(read_file(reports() / "green-on-red-5.png"));
  const auto dark = std::count_if(image.values().begin(), image.values().end(), [](int value) { return value < 128; });
  CHECK(dark > 0);
  CHECK(4 * static_cast<Index>(dark) < image.width() * image.height());
}

TEST_CASE("a line of an A4 page at 600 dots an inch is decoded whole" *
          doctest::skip(!std::filesystem::exists(reports()))) {
  CHECK(decode_image(read_file(reports() / "strip-4960x120.png")).width() == 4960);
}

}  // namespace
