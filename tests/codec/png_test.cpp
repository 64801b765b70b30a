#include <inkling/codec/decode.hpp>
#include <inkling/codec/detail/png_check.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/picture/encode.hpp>

#include <doctest/doctest.h>
#include <zlib.h>

#include <array>
#include <functional>
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

TEST_CASE("a PNG in colour that was written reads back equal") {
  RgbImage image(5, 3);
  for (Index y = 0; y < 3; ++y) {
    for (Index x = 0; x < 5; ++x) {
      image(x, y) = {static_cast<std::uint8_t>(50 * x), static_cast<std::uint8_t>(80 * y), 7};
    }
  }
  CHECK(decode_page(encode_png(image)).colour == image);
  CHECK_THROWS_AS(encode_png(RgbImage()), ShapeError);
}

TEST_CASE("PNG: every colour type, bit depth and interlacing") {
  for (const std::uint8_t interlace : {std::uint8_t{0}, std::uint8_t{1}}) {
    CAPTURE(interlace);
    for (const std::uint8_t depth :
         {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}, std::uint8_t{8}, std::uint8_t{16}}) {
      CAPTURE(depth);
      const auto most = (1U << depth) - 1;
      const Png grey{
          .width = 13, .height = 9, .depth = depth, .interlace = interlace, .sample = [=](int x, int y, int) {
            return depth == 16 ? static_cast<unsigned>(5001 * x + 701 * y) : static_cast<unsigned>(40 * x + 11 * y);
          }};
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

TEST_CASE("PNG: ink that white paper would hide lies on black") {
  Png white_ink{.colour = 4, .sample = [](int x, int, int c) {
                  return static_cast<unsigned>(c == 0 ? 250 : x == 2 ? 255 : 0);
                }};
  CHECK(decode_image(white_ink.bytes()) == expected(white_ink, [](int x, int) { return x == 2 ? 250 : 0; }));
  white_ink.sample = [](int x, int y, int c) {
    return static_cast<unsigned>(c == 1 ? (x == 2 ? 255 : 0) : y == 0 ? 100 : 250);
  };
  CHECK(decode_image(white_ink.bytes()) ==  // something can be seen on white
        expected(white_ink, [](int x, int y) { return x == 2 && y == 0 ? 100
                                                      : x == 2         ? 250
                                                                       : 255; }));
  white_ink.sample = [](int, int, int) { return 255U; };
  CHECK(decode_image(white_ink.bytes()) == expected(white_ink, [](int, int) { return 255; }));  // a white sheet
}

TEST_CASE("PNG: samples of 16 bits that hold fewer are as light as they are meant") {
  for (const int bits : {10, 12, 14}) {
    CAPTURE(bits);
    const int shift = bits - 8;
    const Png png{.depth = 16,
                  .sample = [=](int x, int y, int) { return static_cast<unsigned>((50 * x + 11 * y + 22) << shift); }};
    CHECK(decode_image(png.bytes()) == expected(png, [](int x, int y) { return 50 * x + 11 * y + 22; }));
  }
  const Png dark{.depth = 16, .sample = [](int x, int y, int) { return static_cast<unsigned>((20 * x + y) * 257); }};
  CHECK(decode_image(dark.bytes()) == expected(dark, [](int x, int y) { return 20 * x + y; }));
  const Png opacity{.depth = 16, .colour = 4, .sample = [](int x, int, int c) {
                      return c == 0 ? 0U : static_cast<unsigned>(1023 * (x % 2));
                    }};
  CHECK(decode_image(opacity.bytes()) == expected(opacity, [](int x, int) { return x % 2 == 1 ? 0 : 255; }));
}

TEST_CASE("PNG: an index beyond the palette is black, whatever was decoded before") {
  const Png beyond{.width = 16, .height = 16, .colour = 3, .palette = {200, 200, 200}, .sample = [](int x, int y, int) {
                     return static_cast<unsigned>(16 * y + x);
                   }};
  const GreyImage first = decode_image(beyond.bytes());
  CHECK(first == expected(beyond, [](int x, int y) { return x + y == 0 ? 200 : 0; }));
  for (const unsigned level : {0x55U, 0xAAU, 0xFFU}) {
    const Png other{.width = 64, .height = 64, .sample = [=](int, int, int) { return level; }};
    decode_image(other.bytes());
    CHECK(decode_image(beyond.bytes()) == first);
  }
}

TEST_CASE("PNG: transparency that cannot be is left out, and one that is too long is cut") {
  const Png two_colours{
      .depth = 1, .colour = 3, .palette = {0, 0, 0, 255, 255, 255}, .transparency = {255, 255, 0, 0, 0}};
  Png plain = two_colours;
  plain.transparency = {};
  CHECK(decode_image(two_colours.bytes()) == decode_image(plain.bytes()));
  const Png with_opacity{.colour = 4, .transparency = {0, 0}};
  plain = with_opacity;
  plain.transparency = {};
  CHECK(decode_image(with_opacity.bytes()) == decode_image(plain.bytes()));
  const Png too_short{.transparency = {0}};
  CHECK(decode_image(too_short.bytes()) == decode_image(Png{}.bytes()));
  const Png grey{.transparency = {0, 40}};  // the level 40 shows paper: x = 1, y = 0
  CHECK(decode_image(grey.bytes())(1, 0) == 255);
  CHECK(decode_image(grey.bytes())(2, 0) == 80);
}

TEST_CASE("PNG: a palette is of whole colours, 256 at most") {
  CHECK_THROWS_AS(decode_image(Png{.colour = 3, .palette = Bytes(4)}.bytes()), FormatError);
  CHECK_THROWS_AS(decode_image(Png{.colour = 3, .palette = Bytes(257 * 3)}.bytes()), FormatError);
  CHECK(decodes(Png{.colour = 3, .palette = Bytes(256 * 3)}.bytes()));
  CHECK(decodes(Png{.colour = 0, .palette = Bytes(4)}.bytes()));  // nobody asks it
}

TEST_CASE("PNG: a chunk that may be ignored is ignored when its CRC is wrong") {
  const Bytes header = Png{}.bytes();
  Bytes png(header.begin(), header.begin() + 33);  // signature and IHDR
  detail::append_png_chunk(png, "tRNS", Bytes{0, 40});
  const std::size_t transparency_ends = png.size();
  png.insert(png.end(), header.begin() + 33, header.end());
  CHECK(decode_image(png)(1, 0) == 255);
  png[transparency_ends - 1] ^= 1U;
  CHECK(decode_image(png) == decode_image(Png{}.bytes()));
}

TEST_CASE("PNG: Exif turns the picture, and the density is told") {
  const Bytes plain = Png{}.bytes();
  Bytes png(plain.begin(), plain.begin() + 33);
  detail::append_png_chunk(png, "pHYs", Bytes{0, 0, 0x2E, 0x23, 0, 0, 0x17, 0x12, 1});  // 11,811 and 5,906 dots a metre
  detail::append_png_chunk(
      png, "eXIf", Bytes{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0});
  png.insert(png.end(), plain.begin() + 33, plain.end());
  const GreyImage upright = decode_image(png);
  const GreyImage stored = decode_image(plain);
  Bytes prefixed(plain.begin(), plain.begin() + 33);  // as a JPEG would have it
  detail::append_png_chunk(prefixed, "eXIf", Bytes{'E',  'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
                                                   0x01, 0x12, 0,   3,   0, 0, 0,   1,   0, 6,  0, 0, 0, 0, 0, 0});
  prefixed.insert(prefixed.end(), plain.begin() + 33, plain.end());
  CHECK(decode_image(prefixed) == upright);
  REQUIRE(upright.width() == stored.height());
  for (Index x = 0; x < stored.width(); ++x) CHECK(upright(stored.height() - 1, x) == stored(x, 0));
  const DecodedPage page = decode_page(png);
  CHECK(luma(page.colour) == upright);
  CHECK(page.resolution.x == doctest::Approx(150).epsilon(0.001));  // the picture's own height before it was turned
  CHECK(page.resolution.y == doctest::Approx(300).epsilon(0.001));
  CHECK(decode_page(plain).resolution == Resolution{});
}

TEST_CASE("PNG: a page in colour keeps its colours") {
  const Png rgb{.colour = 2, .sample = [](int x, int y, int c) {
                  return static_cast<unsigned>(c == 0 ? 20 * x : c == 1 ? 25 * y : 7);
                }};
  const RgbImage colour = decode_page(rgb.bytes()).colour;
  CHECK(colour(3, 2) == Rgb{60, 50, 7});
  CHECK(luma(colour) == decode_image(rgb.bytes()));
  CHECK(count_pages(rgb.bytes()) == 1);
  CHECK_THROWS_AS(decode_page(rgb.bytes(), 1), ValueError);
}

TEST_CASE("PNG: ink as bright as its paper is told by its colour") {
  const std::array<unsigned, 3> paper{200, 60, 60};
  const std::array<unsigned, 3> ink{60, 134, 60};  // as bright
  const auto is_ink = [](int x, int y) { return x == 1 && y < 3; };
  const Png png{.width = 8, .height = 6, .colour = 2, .sample = [&](int x, int y, int c) {
                  return (is_ink(x, y) ? ink : paper)[static_cast<std::size_t>(c)];
                }};
  CHECK(decode_image(png.bytes()) == expected(png, [&](int x, int y) { return is_ink(x, y) ? 0 : 255; }));
  const Png plain{.width = 8, .height = 6, .colour = 2, .sample = [&](int, int, int c) {
                    return paper[static_cast<std::size_t>(c)];
                  }};
  CHECK(decode_image(plain.bytes()) == luma(decode_page(plain.bytes()).colour));
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
  CHECK_THROWS_AS(decode_image(Png{.width = 70000, .height = 1}.bytes({1})), ImageTooLargeError);
  const Bytes sheet = encode_png(GreyImage(100, 100, 200));
  CHECK_THROWS_AS(decode_image(sheet, {.pixels = 9999}), ImageTooLargeError);
  CHECK_THROWS_AS(decode_image(sheet, {.bytes = sheet.size() - 1}), ImageTooLargeError);
  CHECK_THROWS_WITH_AS(decode_image(sheet, {.memory = 15000}), "PNG: decoding needs more than 15000 bytes of memory",
                       ImageTooLargeError);
  CHECK(decode_image(sheet, {.memory = 30000}).size() == 10000);  // the budget starts anew
}

TEST_CASE("PNG: a long strip is read") {
  const GreyImage strip(60000, 3, 77);
  CHECK(decode_image(encode_png(strip)) == strip);
}

TEST_CASE("PNG: the largest picture is read") {
  const GreyImage image(4096, 4096, 77);
  CHECK(decode_image(encode_png(image)) == image);
}
