#pragma once

#include <inkling/codec/detail/exif.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace inkling::inline INKLING_ABI::detail {

/// Integers of a TIFF block in its own byte order; nothing outside the block.
class TiffReader {
 public:
  TiffReader(std::span<const std::uint8_t> bytes, bool big_endian) noexcept : bytes_(bytes), big_endian_(big_endian) {}

  std::optional<std::uint32_t> u16(std::size_t at) const noexcept { return read(at, 2); }
  std::optional<std::uint32_t> u32(std::size_t at) const noexcept { return read(at, 4); }

  /// The number of an entry of a directory, which stands at its left in a field of four bytes. Orientation is a SHORT,
  /// but writers use every other type of whole numbers, too.
  std::optional<std::uint32_t> whole_number(std::size_t entry) const noexcept {
    switch (u16(entry + 2).value_or(0)) {
      case 1:  // BYTE
      case 6:  // SBYTE
        return read(entry + 8, 1);
      case 3:  // SHORT
      case 8:  // SSHORT
        return u16(entry + 8);
      case 4:  // LONG
      case 9:  // SLONG
        return u32(entry + 8);
      default:
        return std::nullopt;
    }
  }

  /// The fraction of an entry of type RATIONAL, which stands elsewhere.
  std::optional<double> fraction(std::size_t entry) const noexcept {
    const auto place = u32(entry + 8);
    if (u16(entry + 2) != 5U || !place) return std::nullopt;
    const auto numerator = u32(*place);
    const auto denominator = u32(std::size_t{*place} + 4);
    if (!numerator || !denominator || *denominator == 0) return std::nullopt;
    return static_cast<double>(*numerator) / *denominator;
  }

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

INKLING_INLINE ExifNotes read_exif(std::span<const std::uint8_t> tiff) noexcept {
  ExifNotes notes;
  // As JPEG wants it; some writers put it into PNG and WebP, too.
  constexpr std::array<std::uint8_t, 6> prefix{'E', 'x', 'i', 'f', 0, 0};
  if (tiff.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), tiff.begin())) {
    tiff = tiff.subspan(prefix.size());
  }
  if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'M' && tiff[0] != 'I')) return notes;
  const TiffReader reader(tiff, tiff[0] == 'M');
  double dots_per_unit_in_inches = 1;  // 2.54 when the unit is the centimetre
  const std::size_t directory = reader.u32(4).value_or(0);
  const std::size_t entries = reader.u16(directory).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    const std::optional<std::uint32_t> tag = reader.u16(entry);
    if (!tag) break;
    if (*tag == 0x0112) {
      const std::uint32_t value = reader.whole_number(entry).value_or(1);
      if (value >= 1 && value <= 8) notes.orientation = static_cast<int>(value);
    } else if (*tag == 0x011A) {
      notes.resolution.x = reader.fraction(entry).value_or(0);
    } else if (*tag == 0x011B) {
      notes.resolution.y = reader.fraction(entry).value_or(0);
    } else if (*tag == 0x0128 && reader.whole_number(entry) == 3U) {
      dots_per_unit_in_inches = 2.54;
    }
  }
  notes.resolution.x *= dots_per_unit_in_inches;
  notes.resolution.y *= dots_per_unit_in_inches;
  return notes;
}

}  // namespace inkling::inline INKLING_ABI::detail
