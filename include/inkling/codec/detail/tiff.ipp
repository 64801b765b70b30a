#pragma once

#include <inkling/codec/detail/tiff.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <tiffio.h>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE bool has_tiff_signature(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() < 8 || bytes[0] != bytes[1]) return false;
  const bool little = bytes[0] == 'I' && (bytes[2] == 42 || bytes[2] == 43) && bytes[3] == 0;
  const bool big = bytes[0] == 'M' && bytes[2] == 0 && (bytes[3] == 42 || bytes[3] == 43);
  return little || big;
}

/// A TIFF in memory, open for reading. libtiff complains to this object alone, not to handlers of the whole program.
class TiffFile {
 public:
  TiffFile(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) : bytes_(bytes) {
    const std::unique_ptr<TIFFOpenOptions, decltype(&::TIFFOpenOptionsFree)> options(::TIFFOpenOptionsAlloc(),
                                                                                     &::TIFFOpenOptionsFree);
    ::TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(limits.memory));
    ::TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &complain, this);
    ::TIFFOpenOptionsSetWarningHandlerExtR(options.get(), &warn, this);
    tiff_.reset(
        ::TIFFClientOpenExt("TIFF", "rm", this, &read, &write, &seek, &close, &size, nullptr, nullptr, options.get()));
    if (tiff_ == nullptr) fail();
  }
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  TIFF* get() const noexcept { return tiff_.get(); }

  /// Whether libtiff has said anything against the file, even when it went on with a guess.
  bool damaged() const noexcept { return !complaint_.empty(); }

  /// Throws FormatError with what libtiff said first.
  [[noreturn]] void fail() const {
    throw FormatError("TIFF: " + (complaint_.empty() ? std::string("the file is damaged") : complaint_));
  }

  template <typename T>
  T field(std::uint32_t tag, T missing) const {
    T value = missing;
    return ::TIFFGetFieldDefaulted(tiff_.get(), tag, &value) == 1 ? value : missing;
  }

 private:
  static TiffFile& of(thandle_t handle) noexcept { return *static_cast<TiffFile*>(handle); }
  /// Warnings are about tags that nobody needs, but for one.
  static int warn(TIFF* tiff, void* self, const char* module, const char* format, va_list arguments) {
    const bool rows_are_missing = std::string_view(format).starts_with("Premature EOF");
    return rows_are_missing ? complain(tiff, self, module, format, arguments) : 1;
  }
  static int complain(TIFF*, void* self, const char*, const char* format, va_list arguments) {
    std::array<char, 200> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    auto& complaint = static_cast<TiffFile*>(self)->complaint_;
    if (complaint.empty()) complaint = text.data();
    return 1;
  }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    TiffFile& file = of(handle);
    const std::size_t left = file.position_ < file.bytes_.size() ? file.bytes_.size() - file.position_ : 0;
    const std::size_t taken = std::min(left, static_cast<std::size_t>(std::max<tmsize_t>(0, count)));
    if (taken > 0) std::memcpy(to, file.bytes_.data() + file.position_, taken);
    file.position_ += taken;
    return static_cast<tmsize_t>(taken);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffFile& file = of(handle);
    if (whence == SEEK_CUR) offset += file.position_;
    if (whence == SEEK_END) offset += file.bytes_.size();
    return file.position_ = offset;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).bytes_.size(); }

  std::span<const std::uint8_t> bytes_;
  toff_t position_ = 0;
  std::string complaint_;
  std::unique_ptr<TIFF, decltype(&::TIFFClose)> tiff_{nullptr, &::TIFFClose};  // last: closing may complain
};

INKLING_INLINE std::size_t tiff_pages(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  constexpr std::size_t most = 1000;
  const TiffFile file(bytes, limits);
  std::size_t pages = 1;
  while (::TIFFReadDirectory(file.get()) == 1) {
    if (++pages > most) throw FormatError("TIFF: more than " + std::to_string(most) + " pages");
  }
  return pages;
}

/// How the samples of a page lie, when they can be read row by row: one a pixel, of one bit, eight or sixteen, or three
/// of eight.
struct TiffRows {
  bool readable = false;
  int bits = 0;
  std::size_t samples = 1;  // of a pixel
  bool white_is_zero = false;
};

/// JPEG within TIFF keeps colours as JPEG does; libtiff then turns them into RGB.
inline bool ask_for_rgb(const TiffFile& file) {
  const auto compression = file.field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  const auto photometric = file.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
  return compression == COMPRESSION_JPEG && photometric == PHOTOMETRIC_YCBCR &&
         ::TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB) == 1;
}

inline TiffRows rows_of(const TiffFile& file) {
  const auto photometric = ask_for_rgb(file) ? std::uint16_t{PHOTOMETRIC_RGB}
                                             : file.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
  const auto samples = file.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  const auto bits = file.field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  const auto packing = file.field<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  const bool rows = ::TIFFIsTiled(file.get()) == 0;
  const bool grey = photometric == PHOTOMETRIC_MINISWHITE || photometric == PHOTOMETRIC_MINISBLACK;
  const bool one = grey && samples == 1 && (bits == 1 || bits == 8 || bits == 16);
  const bool three = photometric == PHOTOMETRIC_RGB && samples == 3 && bits == 8 && packing == PLANARCONFIG_CONTIG;
  return {.readable = rows && (one || three),
          .bits = bits,
          .samples = samples,
          .white_is_zero = photometric == PHOTOMETRIC_MINISWHITE};
}

/// Of a row as libtiff gives it: numbers of 16 bits are in the machine's own order.
inline std::uint32_t stored_level(const std::vector<std::uint8_t>& row, int bits, std::size_t at) noexcept {
  if (bits == 8) return row[at];
  if (bits == 1) return (row[at / 8] >> (7 - at % 8) & 1U) * 255U;
  std::uint16_t level = 0;
  std::memcpy(&level, &row[2 * at], sizeof level);
  return level;
}

/// Adds up squares of `divisor` pixels a side while the rows come in. A raster of one channel is grey.
inline void read_reduced(TiffFile& file, const TiffRows& rows, Index width, Index height, Index divisor,
                         Raster& raster) {
  const auto row_size = static_cast<std::size_t>(::TIFFScanlineSize(file.get()));
  const std::size_t row_bits = static_cast<std::size_t>(width) * rows.samples * static_cast<std::size_t>(rows.bits);
  if (row_size < (row_bits + 7) / 8) file.fail();
  std::vector<std::uint8_t> row(row_size);
  const auto channels = static_cast<std::size_t>(raster.channels);
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(raster.width) * channels);
  std::vector<std::uint16_t> wide(rows.bits == 16 ? raster.samples.size() : 0);
  for (Index y = 0; y < height; ++y) {
    if (::TIFFReadScanline(file.get(), row.data(), static_cast<std::uint32_t>(y), 0) != 1) file.fail();
    for (Index x = 0; x < width; ++x) {
      const auto at = static_cast<std::size_t>(x);
      std::uint32_t* const sum = &sums[static_cast<std::size_t>(x / divisor) * channels];
      if (rows.samples == 1) {
        const std::uint32_t level = stored_level(row, rows.bits, at);
        *sum += rows.white_is_zero && rows.bits <= 8 ? 255 - level : level;
      } else if (channels == 1) {
        *sum += luma(Rgb{row[3 * at], row[3 * at + 1], row[3 * at + 2]});
      } else {
        for (std::size_t c = 0; c < 3; ++c) sum[c] += row[3 * at + c];
      }
    }
    if ((y + 1) % divisor != 0 && y + 1 != height) continue;
    const Index rows_of_square = y % divisor + 1;
    const std::size_t place = static_cast<std::size_t>(y / divisor) * sums.size();
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const Index x = static_cast<Index>(i / channels);
      const auto area = static_cast<std::uint32_t>(rows_of_square * std::min(divisor, width - x * divisor));
      const std::uint32_t mean = (sums[i] + area / 2) / area;
      if (rows.bits == 16) {
        wide[place + i] = static_cast<std::uint16_t>(mean);
      } else {
        raster.samples[place + i] = static_cast<std::uint8_t>(mean);
      }
      sums[i] = 0;
    }
  }
  if (rows.bits < 16) return;
  raster.samples = bytes_of_samples(wide, 1);
  if (!rows.white_is_zero) return;  // where fewer bits are used, only the bytes say which level is the highest
  for (std::uint8_t& sample : raster.samples) sample = static_cast<std::uint8_t>(255 - sample);
}

/// Any other page, as libtiff makes colours and opacity of it. It multiplies colours by their opacity.
inline void read_whole(TiffFile& file, Index width, Index height, Raster& raster) {
  auto* pixels = reinterpret_cast<std::uint32_t*>(raster.samples.data());  // four bytes each, which become samples
  if (::TIFFReadRGBAImageOriented(file.get(), static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height),
                                  pixels, ORIENTATION_TOPLEFT, 1) != 1) {
    file.fail();
  }
  for (std::size_t i = 0; i < raster.samples.size(); i += 4) {
    std::uint32_t pixel = 0;
    std::memcpy(&pixel, &raster.samples[i], sizeof pixel);
    const std::uint32_t opacity = TIFFGetA(pixel);
    const auto full = [&](std::uint32_t level) {
      return static_cast<std::uint8_t>(opacity == 0 ? 0 : std::min<std::uint32_t>(255, level * 255 / opacity));
    };
    raster.samples[i] = full(TIFFGetR(pixel));
    raster.samples[i + 1] = full(TIFFGetG(pixel));
    raster.samples[i + 2] = full(TIFFGetB(pixel));
    raster.samples[i + 3] = static_cast<std::uint8_t>(opacity);
  }
}

inline Resolution tiff_resolution(const TiffFile& file) {
  const auto unit = file.field<std::uint16_t>(TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  const double dots = unit == RESUNIT_CENTIMETER ? 2.54 : unit == RESUNIT_INCH ? 1 : 0;
  const auto along = [&](std::uint32_t tag) {
    const auto value = static_cast<double>(file.field<float>(tag, 0));
    return value > 0 && value < 1e6 ? dots * value : 0;
  };
  return {along(TIFFTAG_XRESOLUTION), along(TIFFTAG_YRESOLUTION)};
}

INKLING_INLINE Raster decode_tiff(std::span<const std::uint8_t> bytes, std::size_t page, Wanted wanted,
                                  const DecodeLimits& limits) {
  TiffFile file(bytes, limits);
  for (std::size_t i = 0; i < page; ++i) {
    if (::TIFFReadDirectory(file.get()) != 1) {
      throw ValueError("TIFF: expected a page from 1 to " + std::to_string(i + 1) + ", got " +
                       std::to_string(page + 1));
    }
  }
  const auto width = static_cast<Index>(file.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0));
  const auto height = static_cast<Index>(file.field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0));
  const TiffRows rows = rows_of(file);
  // Four bytes a pixel, one of the grey picture that is made of them, and what libtiff unpacks at once.
  const tmsize_t unpacked = ::TIFFIsTiled(file.get()) != 0 ? ::TIFFTileSize(file.get()) : ::TIFFStripSize(file.get());
  const Index memory = memory_for(bytes, limits) - static_cast<Index>(unpacked);
  const Index whole = std::clamp<Index>(memory / 5, 0, limits.pixels);
  check_declared_size("TIFF", width, height, rows.readable ? 16 * limits.pixels : whole, limits);
  const Index divisor = rows.readable ? reduction_to(width, height, limits.pixels) : 1;
  Raster raster{.width = (width + divisor - 1) / divisor,
                .height = (height + divisor - 1) / divisor,
                .channels = !rows.readable                                  ? 4
                            : rows.samples == 3 && wanted == Wanted::colour ? 3
                                                                            : 1,
                .resolution = tiff_resolution(file)};
  check_declared_size("TIFF", raster.width, raster.height, limits.pixels, limits);
  raster.resolution.x /= static_cast<double>(divisor);
  raster.resolution.y /= static_cast<double>(divisor);
  raster.samples.resize(static_cast<std::size_t>(raster.width * raster.height * raster.channels));
  if (rows.readable) {
    const auto orientation = file.field<std::uint16_t>(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    raster.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    read_reduced(file, rows, width, height, divisor, raster);
  } else {
    read_whole(file, width, height, raster);
  }
  if (file.damaged()) file.fail();
  return raster;
}

}  // namespace inkling::inline INKLING_ABI::detail
