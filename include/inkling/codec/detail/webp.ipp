#pragma once

#include <inkling/codec/detail/exif.hpp>
#include <inkling/codec/detail/webp.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <webp/decode.h>

namespace inkling::inline INKLING_ABI::detail {

inline std::string_view text_at(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t length) noexcept {
  if (at > bytes.size() || length > bytes.size() - at) return {};
  return {reinterpret_cast<const char*>(bytes.data()) + at, length};
}

INKLING_INLINE bool has_webp_signature(std::span<const std::uint8_t> bytes) noexcept {
  return text_at(bytes, 0, 4) == "RIFF" && text_at(bytes, 8, 4) == "WEBP";
}

/// The data of the first chunk of this name: each is four letters, the length in little-endian order, and data that are
/// filled up to an even length.
inline std::span<const std::uint8_t> riff_chunk(std::span<const std::uint8_t> bytes, std::string_view name) noexcept {
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length |= std::size_t{bytes[at + 4 + i]} << (8 * i);
    if (length > bytes.size() - at - 8) break;
    if (text_at(bytes, at, 4) == name) return bytes.subspan(at + 8, length);
    at += 8 + length + length % 2;
  }
  return {};
}

/// Some writers begin the block as a JPEG does.
inline std::span<const std::uint8_t> webp_exif(std::span<const std::uint8_t> bytes) noexcept {
  constexpr std::string_view marker("Exif\0\0", 6);
  const auto block = riff_chunk(bytes, "EXIF");
  return text_at(block, 0, marker.size()) == marker ? block.subspan(marker.size()) : block;
}

INKLING_INLINE Raster decode_webp(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  WebPBitstreamFeatures features{};
  if (::WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
    throw FormatError("WebP: the header is damaged or cut short");
  }
  if (features.has_animation != 0) throw UnsupportedImageError("WebP: expected a picture, got one that moves");
  check_declared_size("WebP", features.width, features.height, limits.pixels, limits);
  const ExifNotes exif = read_exif(webp_exif(bytes));
  Raster raster{.width = features.width,
                .height = features.height,
                .channels = features.has_alpha != 0 ? 4 : 3,
                .resolution = exif.resolution,
                .orientation = exif.orientation};
  const int row_bytes = features.width * raster.channels;
  raster.samples.resize(static_cast<std::size_t>(row_bytes) * static_cast<std::size_t>(features.height));
  const auto decode = raster.channels == 4 ? ::WebPDecodeRGBAInto : ::WebPDecodeRGBInto;
  if (decode(bytes.data(), bytes.size(), raster.samples.data(), raster.samples.size(), row_bytes) == nullptr) {
    throw FormatError("WebP: the picture is damaged or cut short");
  }
  return raster;
}

}  // namespace inkling::inline INKLING_ABI::detail
