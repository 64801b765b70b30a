#include <inkling/codec/decode.hpp>
#include <inkling/codec/detail/png_check.hpp>

#include <zlib.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "fuzz_target.hpp"

namespace {

using Buffer = std::vector<std::uint8_t>;

void append_number(Buffer& buffer, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) buffer.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append_chunk(Buffer& png, std::string_view type, const Buffer& data) {
  append_number(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), data.begin(), data.end());
  append_number(png, static_cast<std::uint32_t>(crc32(0, png.data() + begin, static_cast<uInt>(png.size() - begin))));
}

Buffer compressed(const Buffer& rows) {
  Buffer packed(compressBound(rows.size()));
  uLongf size = packed.size();
  inkling::fuzz::expect(compress2(packed.data(), &size, rows.data(), rows.size(), 1) == Z_OK);
  packed.resize(size);
  return packed;
}

}  // namespace

/// A whole PNG around any header, palette, transparency and rows: checksums and compression, which no mutation gets
/// right, keep nothing from the decoder behind them.
///
///     width | height | bit depth | colour type | interlace | bytes of PLTE | bytes of tRNS | PLTE | tRNS | rows
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  inkling::fuzz::Bytes bytes(data, size);
  const auto take = [&](std::size_t count) {
    Buffer taken(count);
    std::generate(taken.begin(), taken.end(), [&] { return bytes.take(); });
    return taken;
  };

  constexpr int largest_side = 64;  // no row is special beyond it, and small pictures are quick
  Buffer header;
  append_number(header, bytes.take() % largest_side);
  append_number(header, bytes.take() % largest_side);
  header.push_back(bytes.take());
  header.push_back(bytes.take());
  header.insert(header.end(), {0, 0, bytes.take()});
  const std::size_t palette_size = bytes.take();
  const std::size_t transparency_size = bytes.take();

  Buffer png(inkling::detail::png_signature.begin(), inkling::detail::png_signature.end());
  append_chunk(png, "IHDR", header);
  if (palette_size > 0) append_chunk(png, "PLTE", take(palette_size));
  if (transparency_size > 0) append_chunk(png, "tRNS", take(transparency_size));
  Buffer rows(bytes.rest().begin(), bytes.rest().end());
  try {
    const inkling::DecodeLimits limits{};
    const auto parsed = inkling::detail::parse_png_header(header, limits);
    rows.resize(static_cast<std::size_t>(inkling::detail::png_raw_size(parsed)));
    append_chunk(png, "IDAT", compressed(rows));
    append_chunk(png, "IEND", {});
    const inkling::GreyImage image = inkling::decode_image(png, limits);
    inkling::fuzz::expect(image.width() == parsed.width && image.height() == parsed.height);
  } catch (const inkling::Error&) {
  }
  return 0;
}
