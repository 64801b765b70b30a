#pragma once

#include <inkling/codec/detail/heif.hpp>
#include <inkling/core/error.hpp>

#ifdef INKLING_HEIF
#include <libheif/heif.h>
#endif

#include <algorithm>
#include <array>
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

/// Throws what the error means; nothing for none.
inline void check_heif(const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  const std::string text = std::string("HEIC: ") + error.message;
  if (error.code == heif_error_Memory_allocation_error) throw ImageTooLargeError(text);
  if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature ||
      error.code == heif_error_Plugin_loading_error) {
    throw UnsupportedImageError(text);
  }
  throw FormatError(text);
}

INKLING_INLINE Raster decode_heif(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  const std::unique_ptr<heif_context, decltype(&::heif_context_free)> context(::heif_context_alloc(),
                                                                              &::heif_context_free);
  ::heif_context_set_maximum_image_size_limit(context.get(), static_cast<int>(std::min<Index>(limits.side, 32'768)));
  check_heif(::heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr));
  heif_image_handle* main_picture = nullptr;
  check_heif(::heif_context_get_primary_image_handle(context.get(), &main_picture));
  const std::unique_ptr<heif_image_handle, decltype(&::heif_image_handle_release)> handle(main_picture,
                                                                                          &::heif_image_handle_release);
  check_declared_size("HEIC", ::heif_image_handle_get_width(handle.get()), ::heif_image_handle_get_height(handle.get()),
                      limits.pixels, limits);
  const bool opacity = ::heif_image_handle_has_alpha_channel(handle.get()) != 0;
  heif_image* decoded = nullptr;
  check_heif(::heif_decode_image(handle.get(), &decoded, heif_colorspace_RGB,
                                 opacity ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, nullptr));
  const std::unique_ptr<heif_image, decltype(&::heif_image_release)> image(decoded, &::heif_image_release);
  int stride = 0;
  const std::uint8_t* plane = ::heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &stride);
  Raster raster{.width = ::heif_image_get_width(image.get(), heif_channel_interleaved),
                .height = ::heif_image_get_height(image.get(), heif_channel_interleaved),
                .channels = opacity ? 4 : 3};
  check_declared_size("HEIC", raster.width, raster.height, limits.pixels, limits);
  if (plane == nullptr || stride < raster.width * raster.channels) throw FormatError("HEIC: there are no pixels");
  for (Index y = 0; y < raster.height; ++y) {
    const std::uint8_t* row = plane + y * stride;
    raster.samples.insert(raster.samples.end(), row, row + raster.width * raster.channels);
  }
  return raster;
}

#else

INKLING_INLINE Raster decode_heif(std::span<const std::uint8_t>, const DecodeLimits&) {
  throw UnsupportedImageError(
      "Image: expected PNG, JPEG, WebP or TIFF, got HEIC or AVIF, which this program was built without");
}

#endif

}  // namespace inkling::inline INKLING_ABI::detail
