#include <inkling/codec/decode.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/picture/encode.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pictures.hpp"

using namespace inkling;

namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& bytes, const Bytes& more) {
  for (const std::uint8_t byte : more) bytes.push_back(byte);
}

Bytes deflated(const Bytes& raw) {
  Bytes packed(compressBound(static_cast<uLong>(raw.size())));
  uLongf size = packed.size();
  REQUIRE(compress2(packed.data(), &size, raw.data(), static_cast<uLong>(raw.size()), 9) == Z_OK);
  packed.resize(size);
  return packed;
}

/// What a PNG is made of; each part can be wrong on its own.
struct Png {
  std::uint32_t width = 5;
  std::uint32_t height = 4;
  std::uint8_t depth = 8;
  std::uint8_t colour = 0;
  std::uint8_t interlace = 0;
  Bytes palette = {};
  Bytes transparency = {};
  std::function<unsigned(int x, int y, int channel)> sample = [](int x, int y, int channel) {
    return static_cast<unsigned>(40 * x + 11 * y + 5 * channel);
  };

  int channels() const { return colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1; }

  void append_rows(Bytes& raw, int x0, int y0, int dx, int dy) const {
    for (int y = y0; y < static_cast<int>(height); y += dy) {
      if (x0 >= static_cast<int>(width)) return;
      raw.push_back(0);
      unsigned bits = 0;
      int filled = 0;
      for (int x = x0; x < static_cast<int>(width); x += dx) {
        for (int c = 0; c < channels(); ++c) {
          const unsigned value = sample(x, y, c) & ((1U << depth) - 1);
          if (depth == 16) raw.push_back(static_cast<std::uint8_t>(value >> 8U));
          if (depth >= 8) {
            raw.push_back(static_cast<std::uint8_t>(value));
            continue;
          }
          bits = bits << depth | value;
          filled += depth;
          if (filled == 8) {
            raw.push_back(static_cast<std::uint8_t>(bits));
            bits = 0;
            filled = 0;
          }
        }
      }
      if (filled > 0) raw.push_back(static_cast<std::uint8_t>(bits << (8 - filled)));
    }
  }

  Bytes rows() const {
    Bytes raw;
    if (interlace == 0) {
      append_rows(raw, 0, 0, 1, 1);
    } else {
      append_rows(raw, 0, 0, 8, 8);
      append_rows(raw, 4, 0, 8, 8);
      append_rows(raw, 0, 4, 4, 8);
      append_rows(raw, 2, 0, 4, 4);
      append_rows(raw, 0, 2, 2, 4);
      append_rows(raw, 1, 0, 2, 2);
      append_rows(raw, 0, 1, 1, 2);
    }
    return raw;
  }

  Bytes bytes() const { return bytes(deflated(rows())); }

  Bytes bytes(const Bytes& image_data) const {
    Bytes header;
    detail::append_big_endian(header, width);
    detail::append_big_endian(header, height);
    append(header, {depth, colour, 0, 0, interlace});
    Bytes png(detail::png_signature.begin(), detail::png_signature.end());
    detail::append_png_chunk(png, "IHDR", header);
    if (!palette.empty()) detail::append_png_chunk(png, "PLTE", palette);
    if (!transparency.empty()) detail::append_png_chunk(png, "tRNS", transparency);
    detail::append_png_chunk(png, "IDAT", image_data);
    detail::append_png_chunk(png, "IEND", {});
    return png;
  }
};

GreyImage expected(const Png& png, const std::function<int(int x, int y)>& grey) {
  GreyImage image(png.width, png.height);
  for (Index y = 0; y < image.height(); ++y) {
    for (Index x = 0; x < image.width(); ++x) {
      image(x, y) = static_cast<std::uint8_t>(grey(static_cast<int>(x), static_cast<int>(y)));
    }
  }
  return image;
}

Bytes encode_jpeg(const GreyImage& image, int flags = 0, int format = TJPF_GRAY, int subsampling = TJSAMP_GRAY) {
  const std::unique_ptr<void, decltype(&tjDestroy)> encoder(tjInitCompress(), &tjDestroy);
  const int bytes_a_pixel = tjPixelSize[format];
  Bytes pixels;
  for (const std::uint8_t value : image.values()) {
    pixels.insert(pixels.end(), static_cast<std::size_t>(bytes_a_pixel), value);
  }
  unsigned char* data = nullptr;
  unsigned long size = 0;
  REQUIRE(tjCompress2(encoder.get(), pixels.data(), static_cast<int>(image.width()), 0,
                      static_cast<int>(image.height()), format, &data, &size, subsampling, 95, flags) == 0);
  Bytes jpeg(data, data + size);
  tjFree(data);
  return jpeg;
}

/// A JPEG with an Exif segment that holds nothing but the orientation.
Bytes with_orientation(const Bytes& jpeg, std::uint8_t orientation, bool big_endian) {
  Bytes tiff =
      big_endian
          ? Bytes{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0}
          : Bytes{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0};
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

TEST_CASE("a PNG that was written reads back equal") {
  Rng rng(1);
  for (const auto& [width, height] : {std::pair<Index, Index>{1, 1}, {1, 40}, {40, 1}, {28, 28}, {131, 67}}) {
    GreyImage image(width, height);
    for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(rng.next());
    CHECK(decode_image(encode_png(image)) == image);
  }
  CHECK_THROWS_AS(encode_png(GreyImage()), ShapeError);
}

TEST_CASE("PNG: every colour type, bit depth and interlacing") {
  for (const std::uint8_t interlace : {std::uint8_t{0}, std::uint8_t{1}}) {
    CAPTURE(interlace);
    for (const std::uint8_t depth :
         {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}, std::uint8_t{8}, std::uint8_t{16}}) {
      CAPTURE(depth);
      const Png grey{.width = 13, .height = 9, .depth = depth, .interlace = interlace};
      const auto most = (1U << depth) - 1;
      CHECK(decode_image(grey.bytes()) == expected(grey, [&](int x, int y) {
              const unsigned value = grey.sample(x, y, 0) & most;
              return static_cast<int>(depth == 16 ? value >> 8U : value * 255 / most);
            }));
    }
    const Png rgb{.width = 13, .height = 9, .colour = 2, .interlace = interlace, .sample = [](int x, int y, int c) {
                    return static_cast<unsigned>(c == 0 ? 20 * x : c == 1 ? 25 * y : 7);
                  }};
    CHECK(decode_image(rgb.bytes()) == expected(rgb, [](int x, int y) {
            return static_cast<int>(0.299 * (20 * x) + 0.587 * (25 * y) + 0.114 * 7 + 0.5);
          }));
    Png palette{.width = 9,
                .height = 5,
                .depth = 2,
                .colour = 3,
                .interlace = interlace,
                .palette = {0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255},
                .sample = [](int x, int y, int) { return static_cast<unsigned>(x + y); }};
    constexpr int luma[] = {0, 76, 150, 255};
    CHECK(decode_image(palette.bytes()) == expected(palette, [&](int x, int y) { return luma[(x + y) % 4]; }));
    palette.transparency = {0};  // the first colour lets the paper through
    CHECK(decode_image(palette.bytes()) ==
          expected(palette, [&](int x, int y) { return (x + y) % 4 == 0 ? 255 : luma[(x + y) % 4]; }));
  }
}

TEST_CASE("PNG: transparency shows white paper") {
  const Png grey_alpha{.colour = 4,
                       .sample = [](int x, int, int c) { return static_cast<unsigned>(c == 0 ? 0 : 60 * x); }};
  CHECK(decode_image(grey_alpha.bytes()) == expected(grey_alpha, [](int x, int) { return 255 - 60 * x; }));
  const Png rgba{.depth = 16, .colour = 6, .sample = [](int, int, int c) { return c == 3 ? 0U : 0x1234U; }};
  CHECK(decode_image(rgba.bytes()) == expected(rgba, [](int, int) { return 255; }));
}

TEST_CASE("PNG: every truncation is an error") {
  for (const Bytes& whole : {encode_png(test::draw_four(24)), Png{.colour = 6, .interlace = 1}.bytes()}) {
    REQUIRE(decodes(whole));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK_THROWS_AS(decode_image(part), FormatError);
    }
  }
}

TEST_CASE("PNG: every flipped bit is noticed") {
  const Bytes whole = encode_png(test::draw_four(12));
  for (std::size_t i = 0; i < 8 * whole.size(); ++i) {
    CAPTURE(i);
    Bytes damaged = whole;
    damaged[i / 8] = static_cast<std::uint8_t>(damaged[i / 8] ^ 1U << i % 8);
    CHECK_THROWS_AS(decode_image(damaged), FormatError);
  }
}

TEST_CASE("PNG: damage below a right CRC is noticed, or harmless") {
  Rng rng(7);
  const Png png{.width = 20, .height = 20, .colour = 2};
  const Bytes good = deflated(png.rows());
  for (int round = 0; round < 300; ++round) {
    Bytes data = good;
    data[rng.below(static_cast<std::uint32_t>(data.size()))] = static_cast<std::uint8_t>(rng.next());
    decodes(png.bytes(data));
  }
  Bytes raw = png.rows();
  for (int round = 0; round < 100; ++round) {  // any filter byte, any pixels
    for (std::uint8_t& byte : raw) byte = static_cast<std::uint8_t>(rng.next());
    for (std::size_t y = 0; y < 20 && round % 2 == 0; ++y) raw[y * 61] = static_cast<std::uint8_t>(raw[y * 61] % 5);
    const bool read = decodes(png.bytes(deflated(raw)));
    if (round % 2 == 0) CHECK(read);
  }
}

TEST_CASE("PNG: wrong headers and chunks say what is wrong") {
  const auto fails = [](const Bytes& bytes, const std::string& with) {
    try {
      decode_image(bytes);
      return "no error, expected: " + with;
    } catch (const FormatError& error) {
      const std::string text = error.what();
      return text.find(with) != std::string::npos ? std::string() : text;
    }
  };
  CHECK(fails(Png{.width = 0}.bytes(), "declares 0x4") == "");
  CHECK(fails(Png{.height = 0}.bytes(), "declares 5x0") == "");
  CHECK(fails(Png{.depth = 3}.bytes({1}), "bit depth 3 does not exist") == "");
  CHECK(fails(Png{.depth = 4, .colour = 2}.bytes({1}), "colour type 2 with bit depth 4") == "");
  CHECK(fails(Png{.colour = 5}.bytes({1}), "colour type 5") == "");
  CHECK(fails(Png{.colour = 3}.bytes(), "palette (PLTE) is missing") == "");
  CHECK(fails(Png{.interlace = 2}.bytes({1}), "interlace method") == "");
  CHECK(fails(Png{}.bytes({}), "cut short") == "");
  CHECK(fails(Png{}.bytes({1, 2, 3}), "damaged") == "");
  CHECK(fails(Png{}.bytes(deflated(Bytes(23))), "holds 23 bytes, the header promises 24") == "");
  CHECK(decodes(Png{}.bytes(deflated(Bytes(24 + 100)))));  // a little more is seen in the wild

  Bytes unknown_first(detail::png_signature.begin(), detail::png_signature.end());
  detail::append_png_chunk(unknown_first, "CgBI", Bytes{0, 0, 0, 0});
  CHECK(fails(unknown_first, "expected an IHDR chunk") == "");

  Bytes no_end = Png{}.bytes();
  no_end.resize(no_end.size() - 12);
  CHECK(fails(no_end, "12 bytes needed, 0 left") == "");
  detail::append_png_chunk(no_end, "ABCD", {});
  CHECK(fails(no_end, "unexpected critical chunk ABCD") == "");

  Bytes animated = Png{}.bytes();
  animated.resize(animated.size() - 12);
  detail::append_png_chunk(animated, "fcTL", Bytes(26));
  detail::append_png_chunk(animated, "fdAT", Bytes(100));
  detail::append_png_chunk(animated, "IEND", {});
  CHECK(decode_image(animated) == decode_image(Png{}.bytes()));  // the first picture of an animation
}

TEST_CASE("PNG: bombs are refused before they unfold") {
  const Png small{.width = 28, .height = 28};
  CHECK_THROWS_WITH_AS(decode_image(small.bytes(deflated(Bytes(64U << 20U)))),
                       "PNG: the image data inflates to more than the 812 bytes that the header promises", FormatError);
  CHECK_THROWS_AS(decode_image(Png{.width = 60000, .height = 60000}.bytes({1})), ImageTooLargeError);
  CHECK_THROWS_AS(decode_image(Png{.width = 0xFFFFFFFF, .height = 0xFFFFFFFF}.bytes({1})), ImageTooLargeError);
  CHECK_THROWS_AS(decode_image(Png{.width = 60000, .height = 1}.bytes({1})), ImageTooLargeError);
  const Bytes sheet = encode_png(GreyImage(100, 100, 200));
  CHECK_THROWS_AS(decode_image(sheet, {.pixels = 9999}), ImageTooLargeError);
  CHECK_THROWS_AS(decode_image(sheet, {.bytes = sheet.size() - 1}), ImageTooLargeError);
  CHECK_THROWS_WITH_AS(decode_image(sheet, {.memory = 15000}), "PNG: decoding needs more than 15000 bytes of memory",
                       ImageTooLargeError);
  CHECK(decode_image(sheet, {.memory = 30000}).size() == 10000);  // the budget starts anew
}

TEST_CASE("PNG: the largest picture is read") {
  const GreyImage image(4096, 4096, 77);
  CHECK(decode_image(encode_png(image)) == image);
}

TEST_CASE("JPEG: grey, colour, progressive") {
  const GreyImage image = test::draw_four(64);
  CHECK(test::difference(decode_image(encode_jpeg(image)), image) < 3);
  CHECK(test::difference(decode_image(encode_jpeg(image, TJFLAG_PROGRESSIVE)), image) < 3);
  for (const int subsampling : {TJSAMP_444, TJSAMP_420, TJSAMP_422}) {
    CHECK(test::difference(decode_image(encode_jpeg(image, 0, TJPF_RGB, subsampling)), image) < 3);
  }
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
    for (const bool big_endian : {false, true}) {
      CAPTURE(big_endian);
      const GreyImage seen = decode_image(with_orientation(jpeg, orientation, big_endian));
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
  CHECK(decode_image(with_orientation(jpeg, 0, true)).width() == 16);
  CHECK(decode_image(with_orientation(jpeg, 9, false)).width() == 16);
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
  const Bytes jpeg = encode_jpeg(GreyImage(8, 8, 100));
  const Bytes whole = with_orientation(jpeg, 6, false);
  for (std::size_t length = 0; length <= 60; ++length) {
    const auto part = std::make_unique<std::uint8_t[]>(length);  // its end is guarded by the address sanitizer
    std::copy_n(whole.begin(), length, part.get());
    CHECK(detail::jpeg_orientation({part.get(), length}) >= 1);
  }
  for (int round = 0; round < 2000; ++round) {
    Bytes damaged = whole;
    for (int k = 0; k < 3; ++k) damaged[4 + rng.below(36)] = static_cast<std::uint8_t>(rng.next());
    const int orientation = detail::jpeg_orientation(damaged);
    CHECK((orientation >= 1 && orientation <= 8));
  }
}

TEST_CASE("JPEG: every truncation is an error; flipped bits never do harm") {
  for (const int flags : {0, TJFLAG_PROGRESSIVE}) {
    const Bytes whole = encode_jpeg(test::draw_four(24), flags, TJPF_RGB, TJSAMP_420);
    REQUIRE(decodes(whole));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK_THROWS_AS(decode_image(part), FormatError);
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
  CHECK_THROWS_AS(decode_image(sheet, {.pixels = 19999}), ImageTooLargeError);
  CHECK_THROWS_AS(decode_image(sheet, {.side = 24}), ImageTooLargeError);
  const GreyImage half = decode_image(sheet, {.side = 100});
  CHECK(half.width() == 100);
  CHECK(half.height() == 50);
  const GreyImage eighth = decode_image(sheet, {.side = 30});
  CHECK(eighth.width() == 25);
  CHECK(eighth.height() == 13);
}

TEST_CASE("other bytes are told apart by name") {
  const auto message = [](const std::string& text) {
    try {
      decode_image(Bytes(text.begin(), text.end()));
      return std::string("no error");
    } catch (const UnsupportedImageError& error) {
      return std::string(error.what());
    }
  };
  CHECK(message("") == "Image: expected PNG or JPEG, got nothing");
  CHECK(message("GIF89a...") == "Image: expected PNG or JPEG, got GIF");
  CHECK(message("%PDF-1.7") == "Image: expected PNG or JPEG, got PDF");
  CHECK(message("hello") == "Image: expected PNG or JPEG, got bytes that begin with 68 65 6C 6C");
  CHECK(message("\x89PN") == "Image: expected PNG or JPEG, got bytes that begin with 89 50 4E");
  Rng rng(4);
  for (int round = 0; round < 200; ++round) {
    Bytes noise(rng.below(100));
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(rng.next());
    CHECK_THROWS_AS(decode_image(noise), FormatError);
  }
}
