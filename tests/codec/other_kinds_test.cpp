#include <inkling/codec/decode.hpp>
#include <inkling/core/rng.hpp>

#include <doctest/doctest.h>

#ifdef INKLING_HEIF
#include <libheif/heif.h>
#endif

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <tiffio.h>
#include <vector>
#include <webp/encode.h>

#include "pictures.hpp"
#include "temporary_folder.hpp"

using namespace inkling;

#ifdef INKLING_HEIF
/// The encoder that makes the test's pictures, x265, does not give all back. LeakSanitizer asks by this name.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libx265";
}
#endif

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes read_file(const std::filesystem::path& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  Bytes bytes(std::filesystem::file_size(path));
  REQUIRE(std::fread(bytes.data(), 1, bytes.size(), file) == bytes.size());
  std::fclose(file);
  return bytes;
}

struct TiffOptions {
  int bits = 8;
  int colours = 1;
  int compression = COMPRESSION_NONE;
  int photometric = PHOTOMETRIC_MINISBLACK;
  int orientation = ORIENTATION_TOPLEFT;
  int shift = 8;  // of 16 bits: those of a level stand so far up
};

/// A page for each picture; two levels are cut at 128.
Bytes encode_tiff(const std::vector<GreyImage>& pages, const TiffOptions& options = {}) {
  const test::TemporaryFolder folder;
  const std::string path = (folder / "pages.tif").string();
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  REQUIRE(tiff != nullptr);
  for (const GreyImage& page : pages) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(page.width()));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(page.height()));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, options.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, options.colours);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 16);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, options.compression);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, options.photometric);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, options.orientation);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 300.0);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 150.0);
    for (Index y = 0; y < page.height(); ++y) {
      Bytes row(static_cast<std::size_t>(page.width() * options.colours), 0);
      for (Index x = 0; x < page.width(); ++x) {
        const bool white_is_zero = options.photometric == PHOTOMETRIC_MINISWHITE;
        const auto level = static_cast<std::uint8_t>(white_is_zero ? 255 - page(x, y) : page(x, y));
        const auto at = static_cast<std::size_t>(x);
        if (options.bits > 8) {  // in the order of the machine
          const std::uint16_t wide = static_cast<std::uint16_t>(level << options.shift);
          row.resize(static_cast<std::size_t>(2 * page.width()));
          std::memcpy(&row[2 * at], &wide, sizeof wide);
        } else if (options.bits == 1) {
          row[at / 8] = static_cast<std::uint8_t>(row[at / 8] | (level >= 128 ? 128U >> at % 8 : 0U));
        } else {
          for (int c = 0; c < options.colours; ++c)
            row[at * static_cast<std::size_t>(options.colours) + static_cast<std::size_t>(c)] = level;
        }
      }
      REQUIRE(TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0) == 1);
    }
    REQUIRE(TIFFWriteDirectory(tiff) == 1);
  }
  TIFFClose(tiff);
  return read_file(path);
}

#ifdef INKLING_HEIF
Bytes encode_heic(const GreyImage& picture) {
  const std::unique_ptr<heif_context, decltype(&heif_context_free)> context(heif_context_alloc(), &heif_context_free);
  heif_encoder* encoder = nullptr;
  REQUIRE(heif_context_get_encoder_for_format(context.get(), heif_compression_HEVC, &encoder).code == heif_error_Ok);
  heif_image* image = nullptr;
  const auto width = static_cast<int>(picture.width());
  const auto height = static_cast<int>(picture.height());
  heif_image_create(width, height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &image);
  heif_image_add_plane(image, heif_channel_interleaved, width, height, 8);
  int stride = 0;
  std::uint8_t* plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) std::fill_n(plane + y * stride + 3 * x, 3, picture(x, y));
  }
  heif_encoder_set_lossy_quality(encoder, 95);
  REQUIRE(heif_context_encode_image(context.get(), image, encoder, nullptr, nullptr).code == heif_error_Ok);
  heif_image_release(image);
  heif_encoder_release(encoder);
  const test::TemporaryFolder folder;
  const std::string path = (folder / "picture.heic").string();
  REQUIRE(heif_context_write_to_file(context.get(), path.c_str()).code == heif_error_Ok);
  return read_file(path);
}
#endif

GreyImage two_levels(GreyImage image) {
  for (std::uint8_t& value : image.values()) value = value >= 128 ? 255 : 0;
  return image;
}

/// clear: black, and as opaque as the image is light.
Bytes encode_webp(const GreyImage& image, bool lossless, int colours, bool clear = false) {
  Bytes pixels;
  for (const std::uint8_t value : image.values()) {
    for (int c = 0; c < colours; ++c) pixels.push_back(clear == (c == 3) ? value : clear ? 0 : 255);
  }
  const int width = static_cast<int>(image.width());
  const int height = static_cast<int>(image.height());
  std::uint8_t* data = nullptr;
  const std::size_t size = colours == 4 ? WebPEncodeLosslessRGBA(pixels.data(), width, height, 4 * width, &data)
                           : lossless   ? WebPEncodeLosslessRGB(pixels.data(), width, height, 3 * width, &data)
                                        : WebPEncodeRGB(pixels.data(), width, height, 3 * width, 95, &data);
  REQUIRE(size > 0);
  Bytes webp(data, data + size);
  WebPFree(data);
  return webp;
}

void check_damage(const Bytes& whole) {
  const GreyImage seen = decode_image(whole);
  for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 300) {
    CAPTURE(length);
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    GreyImage read = seen;
    try {
      read = decode_image(part);
    } catch (const FormatError&) {
    }
    CHECK(read == seen);  // what is missing were not the pixels
  }
  Rng rng(5);
  for (int round = 0; round < 500; ++round) {
    Bytes damaged = whole;
    damaged[rng.below(static_cast<std::uint32_t>(whole.size()))] = static_cast<std::uint8_t>(rng.next());
    try {
      decode_image(damaged, {.pixels = 100'000});
    } catch (const FormatError&) {
    }
  }
}

}  // namespace

TEST_CASE("TIFF: grey and two levels, packed in every way that scanners use, whichever number is white") {
  const GreyImage image = test::draw_four(50);
  for (const int photometric : {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISWHITE}) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
      CAPTURE(compression);
      CHECK(decode_image(encode_tiff({image}, {.compression = compression, .photometric = photometric})) == image);
    }
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4}) {
      CAPTURE(compression);
      CHECK(decode_image(encode_tiff({image}, {.bits = 1, .compression = compression, .photometric = photometric})) ==
            two_levels(image));
    }
  }
  const Bytes rgb = encode_tiff({image}, {.colours = 3, .photometric = PHOTOMETRIC_RGB});
  CHECK(decode_image(rgb) == image);
  CHECK(luma(decode_page(rgb).colour) == image);
  CHECK(decode_page(rgb, 0, {.pixels = 1000}).colour.width() == 25);
}

TEST_CASE("TIFF: samples of 16 bits are as light as they are meant, also where they hold fewer") {
  const GreyImage image = test::draw_four(50);
  for (const int photometric : {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISWHITE}) {
    for (const int shift : {0, 2, 4, 8}) {
      CAPTURE(shift);
      CHECK(decode_image(encode_tiff({image}, {.bits = 16, .photometric = photometric, .shift = shift})) == image);
    }
  }
}

TEST_CASE("TIFF: pages, and their resolution") {
  const GreyImage first = test::draw_four(40);
  const GreyImage second = test::invert(test::draw_i(30));
  const Bytes tiff = encode_tiff({first, second}, {.compression = COMPRESSION_LZW});
  CHECK(count_pages(tiff) == 2);
  CHECK(decode_image(tiff) == first);
  CHECK(luma(decode_page(tiff, 0).colour) == first);
  CHECK(luma(decode_page(tiff, 1).colour) == second);
  CHECK(decode_page(tiff, 1).resolution == Resolution{300, 150});
  CHECK_THROWS_WITH_AS(decode_page(tiff, 2), "TIFF: expected a page from 1 to 2, got 3", ValueError);
}

TEST_CASE("TIFF: a page of grey or two levels that is too large comes out smaller, and in the mean as light") {
  GreyImage image(401, 203, 255);
  for (Index y = 0; y < image.height(); ++y) {
    for (Index x = y % 2; x < image.width(); x += 2) image(x, y) = 0;
  }
  const Bytes tiff =
      encode_tiff({image}, {.bits = 1, .compression = COMPRESSION_CCITTFAX4, .photometric = PHOTOMETRIC_MINISWHITE});
  const GreyImage half = decode_image(tiff, {.pixels = 30'000});
  CHECK(half.width() == 201);
  CHECK(half.height() == 102);
  CHECK(half(0, 0) == 128);
  CHECK(half(100, 50) == 128);
  CHECK(decode_page(tiff, 0, {.pixels = 30'000}).resolution == Resolution{150, 75});
  CHECK_THROWS_AS(decode_image(tiff, {.pixels = 5'000}), ImageTooLargeError);
}

TEST_CASE("TIFF: the orientation is obeyed") {
  const GreyImage stored(3, 2, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
  CHECK(decode_image(encode_tiff({stored}, {.orientation = ORIENTATION_BOTRIGHT})) ==
        GreyImage(3, 2, std::vector<std::uint8_t>{6, 5, 4, 3, 2, 1}));
  CHECK(decode_image(encode_tiff({stored}, {.orientation = ORIENTATION_RIGHTTOP})) ==
        GreyImage(2, 3, std::vector<std::uint8_t>{4, 1, 5, 2, 6, 3}));
}

TEST_CASE("TIFF: damage is an error or harmless, and never half a picture") {
  check_damage(encode_tiff({test::draw_four(40)}, {.bits = 1, .compression = COMPRESSION_CCITTFAX4}));
  check_damage(encode_tiff({test::draw_four(40)}, {.compression = COMPRESSION_LZW}));
  check_damage(encode_tiff({test::draw_four(40)},
                           {.colours = 3, .compression = COMPRESSION_ADOBE_DEFLATE, .photometric = PHOTOMETRIC_RGB}));
}

TEST_CASE("WebP: lossy, lossless and with opacity") {
  const GreyImage image = test::draw_four(48);
  CHECK(test::difference(decode_image(encode_webp(image, false, 3)), image) < 6);
  CHECK(decode_image(encode_webp(image, true, 3)) == image);
  CHECK(decode_image(encode_webp(image, true, 4)) == image);
  CHECK(decode_image(encode_webp(image, true, 4, true)) == test::invert(image));
  CHECK(decode_image(encode_webp(image, true, 3), {.pixels = 1000}).width() == 24);
  CHECK_THROWS_AS(decode_image(encode_webp(image, true, 3), {.pixels = 30}), ImageTooLargeError);
}

TEST_CASE("WebP: damage is an error or harmless") {
  check_damage(encode_webp(test::draw_four(40), true, 4));
  check_damage(encode_webp(test::draw_four(40), false, 3));
}

#ifdef INKLING_HEIF
TEST_CASE("HEIC: in colour, and a large one comes out smaller" *
          doctest::skip(heif_have_encoder_for_format(heif_compression_HEVC) == 0)) {
  const GreyImage image = test::draw_four(128);
  const Bytes heic = encode_heic(image);
  CHECK(test::difference(decode_image(heic), image) < 6);
  CHECK(test::difference(luma(decode_page(heic).colour), image) < 6);
  GreyImage half(64, 64);
  for (Index y = 0; y < 64; ++y) {
    for (Index x = 0; x < 64; ++x) {
      const int sum =
          image(2 * x, 2 * y) + image(2 * x + 1, 2 * y) + image(2 * x, 2 * y + 1) + image(2 * x + 1, 2 * y + 1);
      half(x, y) = static_cast<std::uint8_t>(sum / 4);
    }
  }
  CHECK(test::difference(decode_image(heic, {.pixels = 5000}), half) < 8);
  CHECK(test::difference(luma(decode_page(heic, 0, {.pixels = 5000}).colour), half) < 8);
  CHECK_THROWS_AS(decode_image(heic, {.pixels = 200}), ImageTooLargeError);
  for (std::size_t length = 0; length + 1 < heic.size(); length += 1 + heic.size() / 50) {
    CHECK_THROWS_AS(decode_image({heic.data(), length}), FormatError);
  }
}
#endif

TEST_CASE("other bytes are told apart by name") {
  const auto message = [](const std::string& text) {
    try {
      decode_image(Bytes(text.begin(), text.end()));
      return std::string("no error");
    } catch (const UnsupportedImageError& error) {
      return std::string(error.what());
    }
  };
  CHECK(message("") == "Image: expected PNG, JPEG, WebP or TIFF, got nothing");
  CHECK(message("GIF89a...") == "Image: expected PNG, JPEG, WebP or TIFF, got GIF");
  CHECK(message("%PDF-1.7") == "Image: expected PNG, JPEG, WebP or TIFF, got PDF: make pictures of its pages first");
  CHECK(message("hello") == "Image: expected PNG, JPEG, WebP or TIFF, got text");
  CHECK(message("hell\x7F") == "Image: expected PNG, JPEG, WebP or TIFF, got bytes that begin with 68 65 6C 6C");
  CHECK(message("\x89PN") == "Image: expected PNG, JPEG, WebP or TIFF, got bytes that begin with 89 50 4E");
  const std::string expected = "Image: expected PNG, JPEG, WebP or TIFF, got ";
  CHECK(message("RIFF\x24\x08\x01\x01WAVEfmt ") == expected + "WAVE, which is sound");
  CHECK(message("  <svg xmlns=") == expected + "SVG, which is a drawing and no picture");
  CHECK(message("<?xml version='1.0'?>\n<!-- x --><svg>") == expected + "SVG, which is a drawing and no picture");
  CHECK(message("\xEF\xBB\xBF<!DOCTYPE HTML>") == expected + "a page of HTML");
  CHECK(message("\xEF\xBB\xBF<!-- x --><!DOCTYPE svg><svg/>") == expected + "SVG, which is a drawing and no picture");
  CHECK(message("<!-- x --><html>") == expected + "a page of HTML");
  CHECK(message("P5 2 2 255 abcd") == expected + "PNM (PBM, PGM or PPM)");
  CHECK(message(std::string(20, '\0')) == expected + "nothing but zeros");
  CHECK(message("\xFF\xFE<\x01") == expected + "text in UTF-16");
  CHECK(message("\r\nDATA:image/png;base64,").find("a data URL") != std::string::npos);
  CHECK(message("\n/9j/4AAQSkZJRg").find("base64 of a JPEG") != std::string::npos);
  CHECK(message("version https://git-lfs.github.com/spec/v1").find("Git LFS") != std::string::npos);
  CHECK(message("data:image/png;base64,iVBOR").find("a data URL") != std::string::npos);
  CHECK(message("iVBORw0KGgoAAAANSUhEUg").find("base64 of a PNG") != std::string::npos);
  CHECK(message("/9j/4AAQSkZJRg").find("base64 of a JPEG") != std::string::npos);
  CHECK(message(std::string("\0\0\0\x18"
                            "ftypisom\0\0",
                            14))
            .find("a film") != std::string::npos);
#ifndef INKLING_HEIF
  CHECK(message(std::string("\0\0\0\x18"
                            "ftypheic\0\0\0\0mif1heic",
                            24))
            .find("HEIC or AVIF") != std::string::npos);
#endif
  Rng rng(4);
  for (int round = 0; round < 200; ++round) {
    Bytes noise(rng.below(100));
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(rng.next());
    CHECK_THROWS_AS(decode_image(noise), FormatError);
  }
}
