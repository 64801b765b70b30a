#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

/// Phones store pictures as the sensor lay and note in Exif how to turn them (CIPA DC-008, tag 0x0112).
namespace inkling::inline INKLING_ABI::detail {

/// Integers of a TIFF block in its own byte order; nothing outside the block.
class TiffReader {
 public:
  TiffReader(std::span<const std::uint8_t> bytes, bool big_endian) noexcept : bytes_(bytes), big_endian_(big_endian) {}

  std::optional<std::uint32_t> u16(std::size_t at) const noexcept { return read(at, 2); }
  std::optional<std::uint32_t> u32(std::size_t at) const noexcept { return read(at, 4); }

 private:
  std::optional<std::uint32_t> read(std::size_t at, std::size_t count) const noexcept {
    if (at > bytes_.size() || bytes_.size() - at < count) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8U | bytes_[at + (big_endian_ ? i : count - 1 - i)];
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

/// The orientation 1..8 in the data of an APP1 segment; 1 (as stored) when there is none or it makes no sense.
inline int exif_orientation(std::span<const std::uint8_t> segment) noexcept {
  constexpr std::string_view marker("Exif\0\0", 6);
  if (segment.size() < marker.size() + 8 || !std::equal(marker.begin(), marker.end(), segment.begin())) return 1;
  const std::span<const std::uint8_t> tiff = segment.subspan(marker.size());
  const bool big_endian = tiff[0] == 'M';
  if (tiff[0] != tiff[1] || (!big_endian && tiff[0] != 'I')) return 1;

  const TiffReader reader(tiff, big_endian);
  const std::size_t directory = reader.u32(4).value_or(0);
  const std::size_t entries = reader.u16(directory).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    const std::optional<std::uint32_t> tag = reader.u16(entry);
    if (!tag) return 1;
    if (*tag != 0x0112) continue;
    const std::uint32_t value = reader.u16(entry + 8).value_or(1);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

/// The orientation that the first Exif segment of a JPEG names; 1 when there is none.
inline int jpeg_orientation(std::span<const std::uint8_t> jpeg) noexcept {
  std::size_t at = 2;  // behind the start marker
  while (at + 4 <= jpeg.size() && jpeg[at] == 0xFF) {
    const int marker = jpeg[at + 1];
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    if (marker == 0xDA || marker == 0xD9) break;  // the scan begins, or the end
    const std::size_t length = std::size_t{jpeg[at + 2]} << 8U | jpeg[at + 3];
    if (length < 2 || length > jpeg.size() - at - 2) break;
    if (marker == 0xE1) {
      const int orientation = exif_orientation(jpeg.subspan(at + 4, length - 2));
      if (orientation != 1) return orientation;
    }
    at += 2 + length;
  }
  return 1;
}

/// Turns a stored picture so that it stands as it was seen. orientation: 1..8 as in Exif.
inline GreyImage upright(GreyImage image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool transposed = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const Index width = image.width();
  const Index height = image.height();
  GreyImage result(transposed ? height : width, transposed ? width : height);
  for (Index y = 0; y < result.height(); ++y) {
    for (Index x = 0; x < result.width(); ++x) {
      const Index column = transposed ? y : x;
      const Index row = transposed ? x : y;
      result(x, y) = image(from_right ? width - 1 - column : column, from_bottom ? height - 1 - row : row);
    }
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::detail
