#pragma once

#include <inkling/codec/decode.hpp>
#include <inkling/codec/detail/heif.hpp>
#include <inkling/codec/detail/jpeg.hpp>
#include <inkling/codec/detail/picture_kind.hpp>
#include <inkling/codec/detail/png_check.hpp>
#include <inkling/codec/detail/tiff.hpp>
#include <inkling/codec/detail/webp.hpp>
#include <inkling/core/error.hpp>

#include <fstream>
#include <istream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace inkling::inline INKLING_ABI {

namespace detail {

[[noreturn]] inline void refuse_length(std::uintmax_t length, const DecodeLimits& limits) {
  throw ImageTooLargeError("Image: expected up to " + std::to_string(limits.bytes) + " bytes, got " +
                           std::to_string(length));
}

inline void check_length(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  if (bytes.size() > limits.bytes) refuse_length(bytes.size(), limits);
}

/// No more than so many bytes.
inline std::vector<std::uint8_t> read_bytes(std::istream& file, std::size_t most) {
  std::vector<std::uint8_t> bytes(most);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) throw FileError("cannot read");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

INKLING_STB_INLINE Raster decode_raster(std::span<const std::uint8_t> bytes, std::size_t page, Wanted wanted,
                                        const DecodeLimits& limits) {
  limits.check();
  check_length(bytes, limits);
  if (has_tiff_signature(bytes)) return decode_tiff(bytes, page, wanted, limits);
  if (page > 0) throw ValueError("Image: expected page 1, the only one, got " + std::to_string(page + 1));
  if (has_png_signature(bytes)) return decode_png(bytes, limits);
  if (has_jpeg_signature(bytes)) return decode_jpeg(bytes, wanted, limits);
  if (has_webp_signature(bytes)) return decode_webp(bytes, limits);
  if (has_heif_signature(bytes)) return decode_heif(bytes, wanted, limits);
  throw UnsupportedImageError("Image: expected PNG, JPEG, WebP or TIFF, got " + name_of_kind(bytes));
}

}  // namespace detail

INKLING_STB_INLINE GreyImage decode_image(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  constexpr double flat = 25;  // a variance that ink which differs in brightness exceeds
  GreyImage grey = detail::grey_of(detail::decode_raster(bytes, 0, detail::Wanted::grey, limits));
  const double variance = detail::variance_of(grey);
  if (variance > flat || grey.width() * grey.height() > limits.pixels / 4) return grey;  // colours take more memory
  std::optional<GreyImage> by_colour =
      detail::grey_by_colour(detail::decode_raster(bytes, 0, detail::Wanted::colour, limits), variance);
  return by_colour ? *std::move(by_colour) : grey;
}

INKLING_STB_INLINE GreyImage decode_image(const std::filesystem::path& path, const DecodeLimits& limits) {
  std::vector<std::uint8_t> bytes;
  try {
    bytes = read_picture_bytes(path, limits);
  } catch (const FileError& error) {
    throw FileError(path.string() + ": " + error.what());
  }
  return decode_image(bytes, limits);
}

INKLING_INLINE std::vector<std::uint8_t> read_picture_bytes(std::istream& file, const DecodeLimits& limits) {
  return detail::read_bytes(file, limits.bytes + 1);  // one more shows the decoder that there are others
}

INKLING_INLINE std::vector<std::uint8_t> read_picture_bytes(const std::filesystem::path& path,
                                                            const DecodeLimits& limits) {
  limits.check();
  std::error_code unknown;  // of a pipe, say
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  std::error_code missing;
  if (unknown && std::filesystem::is_directory(path, missing)) {
    throw FileError("expected a picture, found a folder");
  }
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr, 0);  // all is read at once
  file.open(path, std::ios::binary);
  if (!file) throw FileError("cannot open");
  const bool known = !unknown && size > 0;
  if (known && size > limits.bytes) detail::refuse_length(size, limits);
  return known ? detail::read_bytes(file, static_cast<std::size_t>(size)) : read_picture_bytes(file, limits);
}

INKLING_INLINE std::size_t count_pages(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  limits.check();
  detail::check_length(bytes, limits);
  return detail::has_tiff_signature(bytes) ? detail::tiff_pages(bytes, limits) : 1;
}

INKLING_STB_INLINE DecodedPage decode_page(std::span<const std::uint8_t> bytes, std::size_t page,
                                           const DecodeLimits& limits) {
  const detail::Raster raster = detail::decode_raster(bytes, page, detail::Wanted::colour, limits);
  return {.colour = detail::colour_of(raster), .resolution = detail::upright_resolution(raster)};
}

}  // namespace inkling::inline INKLING_ABI
