#include <inkling/codec/decode.hpp>
#include <inkling/codec/detail/exif.hpp>
#include <inkling/core/rng.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>
#include <memory>
#include <string_view>
#include <vector>

#include "pictures.hpp"

using namespace inkling;

namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& bytes, const Bytes& more) {
  for (const std::uint8_t byte : more) bytes.push_back(byte);
}

struct Sampling {
  int horizontal = 1;
  int vertical = 1;
};

struct JpegOptions {
  int colours = 1;         // 1 grey, 3 YCbCr, 4 CMYK
  Sampling sampling = {};  // of brightness, where each colour has one sample
  bool progressive = false;
  int dots_an_inch = 0;
};

Bytes encode_jpeg(const GreyImage& image, const JpegOptions& options = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(image.width());
  info.image_height = static_cast<JDIMENSION>(image.height());
  info.input_components = options.colours;
  info.in_color_space = options.colours == 1 ? JCS_GRAYSCALE : options.colours == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  if (options.colours == 3) {
    info.comp_info[0].h_samp_factor = options.sampling.horizontal;
    info.comp_info[0].v_samp_factor = options.sampling.vertical;
  }
  if (options.progressive) jpeg_simple_progression(&info);
  if (options.dots_an_inch > 0) {
    info.density_unit = 1;
    info.X_density = info.Y_density = static_cast<UINT16>(options.dots_an_inch);
  }
  jpeg_start_compress(&info, TRUE);
  for (Index y = 0; y < image.height(); ++y) {
    Bytes row;
    for (Index x = 0; x < image.width(); ++x) {  // inverted CMYK is without ink where it is 255
      for (int c = 0; c < options.colours; ++c) row.push_back(c == 3 ? 255 : image(x, y));
    }
    JSAMPROW rows[] = {row.data()};
    jpeg_write_scanlines(&info, rows, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  Bytes jpeg(data, data + size);
  std::free(data);
  return jpeg;
}

/// Exif that holds nothing but the orientation, in a field of this type.
Bytes exif_block(std::uint8_t type, std::uint8_t orientation, bool big_endian) {
  Bytes field{orientation, 0, 0, 0};
  if (big_endian) {
    const std::size_t size = type == 4 || type == 9 ? 4 : type == 3 || type == 8 ? 2 : 1;
    field = {0, 0, 0, 0};
    field[size - 1] = orientation;
  }
  Bytes tiff = big_endian ? Bytes{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, type, 0, 0, 0, 1}
                          : Bytes{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, type, 0, 1, 0, 0, 0};
  append(tiff, field);
  append(tiff, {0, 0, 0, 0});
  return tiff;
}

Bytes with_orientation(const Bytes& jpeg, std::uint8_t type, std::uint8_t orientation, bool big_endian) {
  const Bytes tiff = exif_block(type, orientation, big_endian);
  Bytes result{0xFF, 0xD8, 0xFF, 0xE1, 0, static_cast<std::uint8_t>(8 + tiff.size()), 'E', 'x', 'i', 'f', 0, 0};
  append(result, tiff);
  append(result, {jpeg.begin() + 2, jpeg.end()});
  return result;
}

/// Decodes, or fails in the one way that broken pictures may. True when a picture came out.
bool decodes(const Bytes& bytes) {
  try {
    return !decode_image(bytes).empty();
  } catch (const FormatError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("JPEG: grey, colour, progressive") {
  const GreyImage image = test::draw_four(64);
  CHECK(test::difference(decode_image(encode_jpeg(image)), image) < 3);
  CHECK(test::difference(decode_image(encode_jpeg(image, {.progressive = true})), image) < 3);
  for (const Sampling& sampling : {Sampling{1, 1}, Sampling{2, 2}, Sampling{2, 1}, Sampling{1, 2}, Sampling{4, 1},
                                   Sampling{4, 2}, Sampling{1, 4}, Sampling{1, 3}}) {
    CAPTURE(sampling.horizontal);
    CAPTURE(sampling.vertical);
    CHECK(test::difference(decode_image(encode_jpeg(image, {.colours = 3, .sampling = sampling})), image) < 3);
  }
}

TEST_CASE("JPEG: CMYK, stored inverted as every writer does it") {
  const GreyImage image = test::draw_four(64);
  CHECK(test::difference(decode_image(encode_jpeg(image, {.colours = 4})), image) < 3);
}

TEST_CASE("JPEG: a page in colour, with its resolution") {
  const GreyImage image = test::draw_four(32);
  const DecodedPage page = decode_page(encode_jpeg(image, {.colours = 3, .dots_an_inch = 300}));
  CHECK(test::difference(luma(page.colour), image) < 3);
  CHECK(page.resolution == Resolution{300, 300});
  const DecodedPage grey = decode_page(encode_jpeg(image));
  CHECK(grey.colour(0, 0) == Rgb{0, 0, 0});
}

TEST_CASE("JPEG: what its writers get wrong around the pixels changes nothing") {
  const GreyImage image = test::draw_four(32);
  const Bytes good = encode_jpeg(image);
  const GreyImage seen = decode_image(good);
  const auto after_start = [&](const Bytes& extra) {  // behind the start marker and JFIF's segment of 18 bytes
    Bytes jpeg = good;
    jpeg.insert(jpeg.begin() + 20, extra.begin(), extra.end());
    return jpeg;
  };
  CHECK(decode_image(after_start({0xFF, 0xFF, 0xFF})) == seen);  // fill bytes
  CHECK(decode_image(after_start({0x12, 0x34})) == seen);        // stray ones
  Bytes version_2 = good;
  version_2[11] = 2;
  CHECK(decode_image(version_2) == seen);
  const Bytes start_of_scan{0xFF, 0xDA};
  Bytes sequential = good;  // parameters of a progressive scan in one that is not
  const auto scan = std::search(sequential.begin(), sequential.end(), start_of_scan.begin(), start_of_scan.end());
  REQUIRE(scan != sequential.end());
  scan[7] = 0;
  scan[8] = 0;
  CHECK(decode_image(sequential) == seen);
  CHECK(decode_image(after_start({0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 9})) == seen);
  Bytes film = good;  // a phone hangs one behind the picture, and forgets the end marker
  film.resize(film.size() - 2);
  CHECK(decode_image(film) == seen);
  for (const char c : std::string_view("\0\0\0\x18"
                                       "ftypmp42\0\0\0\0isommp42",
                                       24))
    film.push_back(static_cast<std::uint8_t>(c));
  CHECK(decode_image(film) == seen);
}

TEST_CASE("JPEG: Exif turns the picture upright") {
  GreyImage stored(16, 8, 255);  // black in the top left quarter
  for (Index y = 0; y < 4; ++y) {
    for (Index x = 0; x < 8; ++x) stored(x, y) = 0;
  }
  const Bytes jpeg = encode_jpeg(stored);
  // Where the stored top left corner belongs, for each orientation (Exif: "the 0th row is at the visual ...").
  struct Case {
    std::uint8_t orientation;
    bool turned, right, bottom;
  };
  for (const auto& [orientation, turned, right, bottom] :
       {Case{1, false, false, false}, Case{2, false, true, false}, Case{3, false, true, true},
        Case{4, false, false, true}, Case{5, true, false, false}, Case{6, true, true, false}, Case{7, true, true, true},
        Case{8, true, false, true}}) {
    for (const int variant : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) {
      const bool big_endian = variant % 2 == 1;
      const std::uint8_t type = std::array<std::uint8_t, 6>{1, 3, 4, 6, 8, 9}[static_cast<std::size_t>(variant / 2)];
      CAPTURE(big_endian);
      CAPTURE(type);
      const GreyImage seen = decode_image(with_orientation(jpeg, type, orientation, big_endian));
      REQUIRE(seen.width() == (turned ? 8 : 16));
      REQUIRE(seen.height() == (turned ? 16 : 8));
      for (const bool at_right : {false, true}) {
        for (const bool at_bottom : {false, true}) {
          const int level = seen(at_right ? seen.width() - 1 : 0, at_bottom ? seen.height() - 1 : 0);
          CHECK((level < 128) == (at_right == right && at_bottom == bottom));
        }
      }
    }
  }
  CHECK(decode_image(with_orientation(jpeg, 3, 0, true)).width() == 16);
  CHECK(decode_image(with_orientation(jpeg, 3, 9, false)).width() == 16);
}

TEST_CASE("Exif: the resolution is a fraction an inch or a centimetre") {
  Bytes tiff{'M',  'M',  0, 42,   0, 0, 0, 8, 0, 3,                      //
             0x01, 0x1A, 0, 5,    0, 0, 0, 1, 0, 0, 0, 50,               //
             0x01, 0x1B, 0, 5,    0, 0, 0, 1, 0, 0, 0, 58,               //
             0x01, 0x28, 0, 3,    0, 0, 0, 1, 0, 2, 0, 0,   0, 0, 0, 0,  //
             0,    0,    2, 0x58, 0, 0, 0, 2, 0, 0, 0, 200, 0, 0, 0, 1};
  CHECK(detail::read_exif(tiff).resolution == Resolution{300, 200});
  tiff[43] = 3;
  CHECK(detail::read_exif(tiff).resolution.x == doctest::Approx(762));
  tiff[57] = 0;
  CHECK(detail::read_exif(tiff).resolution.x == 0);
}

TEST_CASE("JPEG: orientations 5 to 8 are transposed the right way") {
  const GreyImage stored(3, 2, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
  const auto turned = [&](int orientation) { return detail::upright(stored, orientation); };
  CHECK(turned(5) == GreyImage(2, 3, std::vector<std::uint8_t>{1, 4, 2, 5, 3, 6}));
  CHECK(turned(6) == GreyImage(2, 3, std::vector<std::uint8_t>{4, 1, 5, 2, 6, 3}));  // a quarter clockwise
  CHECK(turned(7) == GreyImage(2, 3, std::vector<std::uint8_t>{6, 3, 5, 2, 4, 1}));
  CHECK(turned(8) == GreyImage(2, 3, std::vector<std::uint8_t>{3, 6, 2, 5, 1, 4}));  // a quarter back
}

TEST_CASE("JPEG: damaged Exif data are ignored, never read beyond") {
  Rng rng(11);
  const Bytes whole = exif_block(3, 6, false);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto part = std::make_unique<std::uint8_t[]>(length);  // its end is guarded by the address sanitizer
    std::copy_n(whole.begin(), length, part.get());
    CHECK(detail::read_exif({part.get(), length}).orientation >= 1);
  }
  for (int round = 0; round < 2000; ++round) {
    Bytes damaged = whole;
    for (int k = 0; k < 3; ++k) damaged[rng.below(26)] = static_cast<std::uint8_t>(rng.next());
    const int orientation = detail::read_exif(damaged).orientation;
    CHECK((orientation >= 1 && orientation <= 8));
  }
}

TEST_CASE("JPEG: every truncation is an error; flipped bits never do harm") {
  for (const bool progressive : {false, true}) {
    CAPTURE(progressive);
    const Bytes whole =
        encode_jpeg(test::draw_four(24), {.colours = 3, .sampling = {2, 2}, .progressive = progressive});
    const GreyImage seen = decode_image(whole);
    // Without the end marker alone all pixels are there; only of a progressive picture nobody could know.
    const std::size_t needed = progressive ? whole.size() - 1 : whole.size() - 2;
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      if (length < needed) {
        CHECK_THROWS_AS(decode_image(part), FormatError);
      } else {
        CHECK((!decodes(part) || decode_image(part) == seen));
      }
    }
    for (std::size_t i = 0; i < 8 * whole.size(); i += 3) {
      Bytes damaged = whole;
      damaged[i / 8] = static_cast<std::uint8_t>(damaged[i / 8] ^ 1U << i % 8);
      decodes(damaged);
    }
  }
}

TEST_CASE("JPEG: limits, and smaller decoding of long pictures") {
  const Bytes sheet = encode_jpeg(GreyImage(200, 100, 90));
  CHECK(decode_image(sheet, {.pixels = 20000}).width() == 200);
  CHECK_THROWS_AS(decode_image(sheet, {.side = 199}), ImageTooLargeError);
  CHECK_THROWS_AS(decode_image(sheet, {.pixels = 1249}), ImageTooLargeError);  // 16 times as many are in the file
  const GreyImage half = decode_image(sheet, {.pixels = 19999});
  CHECK(half.width() == 100);
  CHECK(half.height() == 50);
  const GreyImage quarter = decode_image(encode_jpeg(GreyImage(40, 20, 90)), {.pixels = 50});
  CHECK(quarter.width() == 10);  // a quarter is enough
  CHECK(quarter.height() == 5);
  CHECK(decode_page(encode_jpeg(GreyImage(40, 20, 90), {.dots_an_inch = 300}), 0, {.pixels = 50}).resolution ==
        Resolution{75, 75});
  const Bytes progressive = encode_jpeg(GreyImage(200, 100, 90), {.progressive = true});
  CHECK_THROWS_AS(decode_image(progressive, {.memory = 40'000}), ImageTooLargeError);  // 25 x 13 blocks of 128 bytes
  CHECK(decodes(progressive));
}
