#pragma once

#include <inkling/codec/detail/heif.hpp>
#include <inkling/core/error.hpp>

#ifdef INKLING_HEIF
#include <libheif/heif.h>
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE bool has_heif_signature(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() < 12) return false;
  const std::string_view begin(reinterpret_cast<const char*>(bytes.data()), 12);
  constexpr std::array<std::string_view, 10> brands{"heic", "heix", "hevc", "hevx", "heim",
                                                    "heis", "mif1", "msf1", "avif", "avis"};
  return begin.substr(4, 4) == "ftyp" && std::find(brands.begin(), brands.end(), begin.substr(8, 4)) != brands.end();
}

#ifdef INKLING_HEIF

/// "HEIC", or "AVIF" where the file says so, which libheif reads as well.
inline const char* name_of_heif(std::span<const std::uint8_t> bytes) noexcept {
  const std::string_view begin(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 64));
  return begin.find("avi") != std::string_view::npos ? "AVIF" : "HEIC";
}

/// Throws what the error means; nothing for none.
inline void check_heif(const heif_error& error, const char* name) {
  if (error.code == heif_error_Ok) return;
  const std::string text = std::string(name) + ": " + error.message;
  if (error.code == heif_error_Memory_allocation_error) throw ImageTooLargeError(text);
  if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature ||
      error.code == heif_error_Plugin_loading_error) {
    throw UnsupportedImageError(text);
  }
  throw FormatError(text);
}

using HeifHandle = std::unique_ptr<heif_image_handle, decltype(&::heif_image_handle_release)>;
using HeifImage = std::unique_ptr<heif_image, decltype(&::heif_image_release)>;

inline HeifImage decode_as(const HeifHandle& handle, heif_colorspace colours, heif_chroma chroma, const char* name) {
  const std::unique_ptr<heif_decoding_options, decltype(&::heif_decoding_options_free)> options(
      ::heif_decoding_options_alloc(), &::heif_decoding_options_free);
  options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  check_heif(::heif_decode_image(handle.get(), &decoded, colours, chroma, options.get()), name);
  return {decoded, &::heif_image_release};
}

/// A channel of bytes as libheif holds it.
struct HeifPlane {
  HeifPlane(const HeifImage& image, heif_channel channel)
      : width(::heif_image_get_width(image.get(), channel)),
        height(::heif_image_get_height(image.get(), channel)),
        values(::heif_image_get_plane_readonly(image.get(), channel, &stride)) {}

  Index width;
  Index height;
  int stride = 0;
  const std::uint8_t* values;  // nothing when there is no such channel
};

/// The range of Y that broadcasts use is 16 to 235; phones use all of it.
inline bool has_full_range(const HeifImage& image) {
  heif_color_profile_nclx* profile = nullptr;
  if (::heif_image_get_nclx_color_profile(image.get(), &profile).code != heif_error_Ok) return true;
  const bool full = profile->full_range_flag != 0;
  ::heif_nclx_color_profile_free(profile);
  return full;
}

/// Means of squares of Y, with the colours of their first pixel (ITU-R BT.601) where they are wanted. Empty when
/// there are more than eight bits.
inline Raster read_luma(const HeifImage& image, Wanted wanted, Index divisor) {
  const HeifPlane luma(image, heif_channel_Y);
  const HeifPlane blue(image, heif_channel_Cb);
  const HeifPlane red(image, heif_channel_Cr);
  if (luma.values == nullptr || ::heif_image_get_bits_per_pixel_range(image.get(), heif_channel_Y) != 8) return {};
  const bool coloured = wanted == Wanted::colour && blue.values != nullptr && red.values != nullptr;
  const bool full = has_full_range(image);
  Raster raster{.width = (luma.width + divisor - 1) / divisor,
                .height = (luma.height + divisor - 1) / divisor,
                .channels = coloured ? 3 : 1};
  raster.samples.reserve(static_cast<std::size_t>(raster.width * raster.height * raster.channels));
  const auto byte = [](double level) { return static_cast<std::uint8_t>(std::clamp(std::lround(level), 0L, 255L)); };
  for (Index top = 0; top < luma.height; top += divisor) {
    for (Index left = 0; left < luma.width; left += divisor) {
      const Index bottom = std::min(luma.height, top + divisor);
      const Index right = std::min(luma.width, left + divisor);
      Index sum = 0;
      for (Index y = top; y < bottom; ++y) {
        for (Index x = left; x < right; ++x) sum += luma.values[y * luma.stride + x];
      }
      const double mean = static_cast<double>(sum) / static_cast<double>((bottom - top) * (right - left));
      const double level = full ? mean : (mean - 16) * (255.0 / 219.0);
      if (!coloured) {
        raster.samples.push_back(byte(level));
        continue;
      }
      const auto tone = [&](const HeifPlane& plane) {
        const Index at = top * plane.height / luma.height * plane.stride + left * plane.width / luma.width;
        return (plane.values[at] - 128) * (full ? 1.0 : 255.0 / 224.0);
      };
      const double b = tone(blue);
      const double r = tone(red);
      for (const double value : {level + 1.402 * r, level - 0.344136 * b - 0.714136 * r, level + 1.772 * b}) {
        raster.samples.push_back(byte(value));
      }
    }
  }
  return raster;
}

/// As libheif makes colours and opacity of it.
inline Raster read_colours(const HeifImage& image, bool opacity, const char* name) {
  const HeifPlane plane(image, heif_channel_interleaved);
  Raster raster{.width = plane.width, .height = plane.height, .channels = opacity ? 4 : 3};
  if (plane.values == nullptr || plane.stride < raster.width * raster.channels) {
    throw FormatError(std::string(name) + ": there are no pixels");
  }
  raster.samples.reserve(static_cast<std::size_t>(raster.width * raster.height * raster.channels));
  for (Index y = 0; y < raster.height; ++y) {
    const std::uint8_t* row = plane.values + y * plane.stride;
    raster.samples.insert(raster.samples.end(), row, row + raster.width * raster.channels);
  }
  return raster;
}

INKLING_INLINE Raster decode_heif(std::span<const std::uint8_t> bytes, Wanted wanted, const DecodeLimits& limits) {
  const char* const name = name_of_heif(bytes);
  const std::unique_ptr<heif_context, decltype(&::heif_context_free)> context(::heif_context_alloc(),
                                                                              &::heif_context_free);
  ::heif_context_set_maximum_image_size_limit(context.get(), static_cast<int>(std::min<Index>(limits.side, 32'768)));
  check_heif(::heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr), name);
  heif_image_handle* main_picture = nullptr;
  check_heif(::heif_context_get_primary_image_handle(context.get(), &main_picture), name);
  const HeifHandle handle(main_picture, &::heif_image_handle_release);
  const Index width = ::heif_image_handle_get_width(handle.get());
  const Index height = ::heif_image_handle_get_height(handle.get());
  // The decoder's picture and libheif's are of a byte and a half a pixel each.
  const Index memory = memory_for(bytes, limits);
  check_declared_size(name, width, height, std::min(16 * limits.pixels, memory / 3), limits);
  const bool opacity = ::heif_image_handle_has_alpha_channel(handle.get()) != 0;
  const Index in_colours = std::min(limits.pixels, memory / (opacity ? 14 : 10));  // those, RGB twice, and grey
  if (!opacity && (wanted == Wanted::grey || width > in_colours / height)) {
    const Index divisor = reduction_to(width, height, limits.pixels);
    const HeifImage image = decode_as(handle, heif_colorspace_YCbCr, heif_chroma_420, name);
    const Raster raster = read_luma(image, wanted, divisor);
    if (!raster.samples.empty()) {
      check_declared_size(name, raster.width, raster.height, limits.pixels, limits);
      return raster;
    }
  }
  check_declared_size(name, width, height, in_colours, limits);
  const heif_chroma chroma = opacity ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  const Raster raster = read_colours(decode_as(handle, heif_colorspace_RGB, chroma, name), opacity, name);
  check_declared_size(name, raster.width, raster.height, limits.pixels, limits);
  return raster;
}

#else

INKLING_INLINE Raster decode_heif(std::span<const std::uint8_t>, Wanted, const DecodeLimits&) {
  throw UnsupportedImageError(
      "Image: expected PNG, JPEG, WebP or TIFF, got HEIC or AVIF, which this program was built without");
}

#endif

}  // namespace inkling::inline INKLING_ABI::detail
