#pragma once

#include <inkling/codec/detail/exif.hpp>
#include <inkling/codec/detail/jpeg.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

// libjpeg's headers need cstdio before them, and the second needs the first.
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE bool has_jpeg_signature(std::span<const std::uint8_t> bytes) noexcept {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

/// A decoder of libjpeg. Its errors leave C code by longjmp, past functions of C alone: each call is made by `guarded`,
/// whose frame holds nothing that needs a destructor.
class JpegDecoder {
 public:
  explicit JpegDecoder(std::span<const std::uint8_t> bytes, std::size_t memory) {
    info_.err = ::jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr info) { of(info).fail(); };
    errors_.emit_message = [](j_common_ptr info, int level) { of(info).warn(level); };
    errors_.output_message = [](j_common_ptr) {};
    info_.client_data = this;
    guarded([](JpegDecoder& self) { ::jpeg_create_decompress(&self.info_); });
    info_.client_data = this;
    info_.mem->max_memory_to_use = static_cast<long>(memory);
    progress_.progress_monitor = [](j_common_ptr info) { of(info).check_scans(); };
    info_.progress = &progress_;
    source_.next_input_byte = bytes.data();
    source_.bytes_in_buffer = bytes.size();
    source_.init_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = [](j_decompress_ptr info) { return of(info).supply_end(); };
    source_.skip_input_data = [](j_decompress_ptr info, long count) { of(info).skip(count); };
    source_.resync_to_restart = ::jpeg_resync_to_restart;
    source_.term_source = [](j_decompress_ptr) {};
    info_.src = &source_;
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { ::jpeg_destroy_decompress(&info_); }

  jpeg_decompress_struct& info() noexcept { return info_; }

  void read_header() {
    guarded([](JpegDecoder& self) {
      ::jpeg_save_markers(&self.info_, JPEG_APP0 + 1, 0xFFFF);  // Exif
      ::jpeg_read_header(&self.info_, TRUE);
    });
  }
  void measure_output() {
    guarded([](JpegDecoder& self) { ::jpeg_calc_output_dimensions(&self.info_); });
  }
  void start() {
    guarded([](JpegDecoder& self) { ::jpeg_start_decompress(&self.info_); });
    // The later scans of a progressive picture refine all of it, so that one that is cut between them looks whole.
    if (::jpeg_has_multiple_scans(&info_) && ended_) throw FormatError("JPEG: the file is cut short");
  }
  void read_row(std::uint8_t* row) {
    row_ = row;
    guarded([](JpegDecoder& self) { ::jpeg_read_scanlines(&self.info_, &self.row_, 1); });
  }

 private:
  static JpegDecoder& of(j_common_ptr info) noexcept { return *static_cast<JpegDecoder*>(info->client_data); }
  static JpegDecoder& of(j_decompress_ptr info) noexcept { return *static_cast<JpegDecoder*>(info->client_data); }

  /// Throws FormatError when libjpeg fails, or warns of pixels that it made up.
  void guarded(void (*call)(JpegDecoder&)) {
    if (setjmp(escape_) == 0) {
      call(*this);
      if (!damaged_) return;
    }
    if (out_of_memory_) throw ImageTooLargeError(std::string("JPEG: decoding needs too much memory"));
    throw FormatError(std::string("JPEG: ") + message_.data());
  }

  [[noreturn]] void fail() {
    out_of_memory_ = errors_.msg_code == JERR_OUT_OF_MEMORY || errors_.msg_code == JERR_NO_BACKING_STORE;
    write_message();
    std::longjmp(escape_, 1);
  }

  /// A warning means that libjpeg goes on with a guess. Those of another kind than these are about what does not
  /// matter.
  void warn(int level) {
    if (level >= 0 || damaged_) return;
    constexpr std::array harmful{JWRN_ARITH_BAD_CODE, JWRN_BOGUS_PROGRESSION, JWRN_HIT_MARKER,
                                 JWRN_HUFF_BAD_CODE,  JWRN_JPEG_EOF,          JWRN_MUST_RESYNC};
    if (std::find(harmful.begin(), harmful.end(), errors_.msg_code) == harmful.end()) return;
    damaged_ = true;
    write_message();
  }

  void write_message() { errors_.format_message(reinterpret_cast<j_common_ptr>(&info_), message_.data()); }

  /// A progressive picture may have any number of scans, each of which costs a pass over all of it.
  void check_scans() {
    constexpr int most = 500;
    if (info_.input_scan_number <= most) return;
    std::snprintf(message_.data(), message_.size(), "more than %d scans", most);
    std::longjmp(escape_, 1);
  }

  /// Behind the last byte stands an end marker, whether the file has one or not.
  boolean supply_end() noexcept {
    static constexpr std::array<JOCTET, 2> end{0xFF, JPEG_EOI};
    ended_ = true;
    source_.next_input_byte = end.data();
    source_.bytes_in_buffer = end.size();
    return TRUE;
  }

  void skip(long count) noexcept {
    if (count <= 0) return;
    if (static_cast<std::size_t>(count) > source_.bytes_in_buffer) {
      supply_end();
      return;
    }
    source_.next_input_byte += count;
    source_.bytes_in_buffer -= static_cast<std::size_t>(count);
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_source_mgr source_{};
  std::jmp_buf escape_{};
  std::array<char, JMSG_LENGTH_MAX> message_{};
  JSAMPROW row_ = nullptr;
  bool damaged_ = false;
  bool ended_ = false;
  bool out_of_memory_ = false;
};

/// What libjpeg holds of a picture with several scans until the last has come: every coefficient.
inline std::size_t coefficient_bytes(const jpeg_decompress_struct& info) noexcept {
  std::size_t blocks = 0;
  for (int c = 0; c < info.num_components; ++c) {
    const jpeg_component_info& component = info.comp_info[c];
    blocks += static_cast<std::size_t>(component.width_in_blocks) * component.height_in_blocks;
  }
  return blocks * DCTSIZE2 * sizeof(JCOEF);
}

inline ExifNotes exif_of(const jpeg_decompress_struct& info) noexcept {
  constexpr std::string_view marker("Exif\0\0", 6);
  for (const jpeg_marker_struct* segment = info.marker_list; segment != nullptr; segment = segment->next) {
    const std::span<const std::uint8_t> data(segment->data, segment->data_length);
    if (data.size() < marker.size() || !std::equal(marker.begin(), marker.end(), data.begin())) continue;
    const ExifNotes notes = read_exif(data.subspan(marker.size()));
    if (notes.orientation != 1 || notes.resolution.x > 0) return notes;
  }
  return {};
}

/// JFIF's, else Exif's.
inline Resolution resolution_of(const jpeg_decompress_struct& info, const ExifNotes& exif) noexcept {
  if (info.saw_JFIF_marker == 0 || info.density_unit < 1 || info.density_unit > 2) return exif.resolution;
  const double dots = info.density_unit == 2 ? 2.54 : 1;
  return {dots * info.X_density, dots * info.Y_density};
}

/// CMYK as every writer stores it, which is inverted: 255 is no ink.
inline Rgb from_inverted_cmyk(const std::uint8_t* cmyk) noexcept {
  const auto seen = [&](int c) { return static_cast<std::uint8_t>((cmyk[c] * cmyk[3] + 127) / 255); };
  return {seen(0), seen(1), seen(2)};
}

INKLING_INLINE Raster decode_jpeg(std::span<const std::uint8_t> bytes, Wanted wanted, const DecodeLimits& limits) {
  JpegDecoder decoder(bytes, limits.memory);
  jpeg_decompress_struct& info = decoder.info();
  decoder.read_header();
  check_declared_size("JPEG", info.image_width, info.image_height, 16 * limits.pixels, limits);
  if (::jpeg_has_multiple_scans(&info) && coefficient_bytes(info) > limits.memory) {
    throw ImageTooLargeError("JPEG: decoding a progressive picture of " + std::to_string(info.image_width) + "x" +
                             std::to_string(info.image_height) + " pixels needs more than " +
                             std::to_string(limits.memory) +
                             " bytes of memory; send it as a baseline JPEG, or smaller");
  }
  const bool cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  const bool grey = !cmyk && wanted == Wanted::grey;
  info.out_color_space = cmyk ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
  // A scaled inverse DCT gives a smaller picture for less work.
  info.scale_num = 1;
  info.scale_denom = static_cast<unsigned>(reduction_to(info.image_width, info.image_height, limits.pixels));
  decoder.measure_output();
  check_declared_size("JPEG", info.output_width, info.output_height, limits.pixels, limits);

  const ExifNotes exif = exif_of(info);
  Raster raster{.width = info.output_width,
                .height = info.output_height,
                .channels = grey ? 1 : 3,
                .resolution = resolution_of(info, exif),
                .orientation = exif.orientation};
  raster.resolution.x /= info.scale_denom;
  raster.resolution.y /= info.scale_denom;
  const std::size_t row_bytes = static_cast<std::size_t>(raster.width) * static_cast<std::size_t>(raster.channels);
  decoder.start();
  raster.samples.resize(row_bytes * static_cast<std::size_t>(raster.height));
  std::vector<std::uint8_t> ink(cmyk ? 4 * static_cast<std::size_t>(raster.width) : 0);
  for (Index y = 0; y < raster.height; ++y) {
    std::uint8_t* row = raster.samples.data() + static_cast<std::size_t>(y) * row_bytes;
    decoder.read_row(cmyk ? ink.data() : row);
    for (std::size_t x = 0; x < ink.size() / 4; ++x) {
      const Rgb colour = from_inverted_cmyk(&ink[4 * x]);
      std::copy(colour.begin(), colour.end(), row + 3 * x);
    }
  }
  return raster;
}

}  // namespace inkling::inline INKLING_ABI::detail
