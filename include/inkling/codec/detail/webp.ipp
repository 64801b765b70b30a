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

/// Bytes that libwebp holds of each pixel, whatever comes out: all of a lossless picture, and all opacities.
inline Index held_a_pixel(const WebPBitstreamFeatures& features) noexcept {
  constexpr int lossless = 2;
  return features.format == lossless ? 4 : features.has_alpha != 0 ? 1 : 0;
}

INKLING_INLINE Raster decode_webp(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  WebPBitstreamFeatures features{};
  if (::WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
    throw FormatError("WebP: the header is damaged or cut short");
  }
  if (features.has_animation != 0) throw UnsupportedImageError("WebP: expected a picture, got one that moves");
  const int channels = features.has_alpha != 0 ? 4 : 3;
  const Index held = held_a_pixel(features);
  const Index memory = memory_for(bytes, limits);
  check_declared_size("WebP", features.width, features.height, std::min(16 * limits.pixels, memory / (held + 1)),
                      limits);
  // The samples, and the grey picture that is made of them.
  const Index whole = std::min(limits.pixels, memory / (held + channels + 1));
  const Index divisor = reduction_to(features.width, features.height, whole);
  const ExifNotes exif = read_exif(riff_chunk(bytes, "EXIF"));
  Raster raster{.width = (features.width + divisor - 1) / divisor,
                .height = (features.height + divisor - 1) / divisor,
                .channels = channels,
                .resolution = exif.resolution,
                .orientation = exif.orientation};
  check_declared_size("WebP", raster.width, raster.height, limits.pixels, limits);
  raster.resolution.x /= static_cast<double>(divisor);
  raster.resolution.y /= static_cast<double>(divisor);
  const auto row_bytes = static_cast<std::size_t>(raster.width * channels);
  raster.samples.resize(row_bytes * static_cast<std::size_t>(raster.height));
  WebPDecoderConfig config;
  ::WebPInitDecoderConfig(&config);
  config.options.use_scaling = divisor > 1 ? 1 : 0;
  config.options.scaled_width = static_cast<int>(raster.width);
  config.options.scaled_height = static_cast<int>(raster.height);
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {raster.samples.data(), static_cast<int>(row_bytes), raster.samples.size()};
  if (::WebPDecode(bytes.data(), bytes.size(), &config) != VP8_STATUS_OK) {
    throw FormatError("WebP: the picture is damaged or cut short");
  }
  return raster;
}

}  // namespace inkling::inline INKLING_ABI::detail
