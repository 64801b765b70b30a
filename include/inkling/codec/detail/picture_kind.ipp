#pragma once

#include <inkling/codec/detail/picture_kind.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace inkling::inline INKLING_ABI::detail {

struct KnownKind {
  std::size_t at;  // byte at which the signature stands
  std::string_view signature;
  std::string_view name;
};

inline constexpr std::array known_kinds{
    KnownKind{0, "GIF8", "GIF"},
    KnownKind{8, "WEBP", "a damaged WebP"},
    KnownKind{8, "WAVE", "WAVE, which is sound"},
    KnownKind{8, "AVI ", "AVI, which is a film"},
    KnownKind{0, "BM", "BMP"},
    KnownKind{0, "%PDF", "PDF: make pictures of its pages first"},
    KnownKind{0, "%!PS", "PostScript"},
    KnownKind{0, "8BPS", "a file of Photoshop"},
    KnownKind{0, "PK\003\004", "ZIP"},
    KnownKind{0, "\x1F\x8B", "gzip"},
    KnownKind{0, "\xFF\x0A", "JPEG XL"},
    KnownKind{4, "JXL ", "JPEG XL"},
    KnownKind{4, "jP  ", "JPEG 2000"},
    KnownKind{4, "ftypcrx", "a camera's raw picture (CR3)"},
    KnownKind{4, "ftyp", "a film (MP4)"},
    KnownKind{0, "\x1A\x45\xDF\xA3", "a film (Matroska)"},
    KnownKind{0, "gimp xcf", "a file of GIMP"},
    KnownKind{0, "\211HDF", "HDF5"},
    KnownKind{0, "7z\xBC\xAF", "7z, an archive"},
    KnownKind{0, "Rar!", "RAR, an archive"},
    KnownKind{0, "ID3", "MP3, which is sound"},
    KnownKind{0, "OggS", "Ogg, which is sound or a film"},
    KnownKind{0, "qoif", "QOI"},
    KnownKind{0, "\x76\x2F\x31\x01", "OpenEXR"},
    KnownKind{0, "AT&TFORM", "DjVu"},
    KnownKind{0, "\xFF\xFE", "text in UTF-16"},
    KnownKind{0, "\xFE\xFF", "text in UTF-16"},
    KnownKind{0, std::string_view("\0\0\1\0", 4), "an icon (ICO)"},
    KnownKind{0, "version https://git-lfs", "a pointer of Git LFS: fetch the file itself with git lfs pull"},
    KnownKind{0, "iVBORw0KGgo", "base64 of a PNG: send the bytes themselves"},
    KnownKind{0, "/9j/", "base64 of a JPEG: send the bytes themselves"},
    KnownKind{0, "UklGR", "base64 of a WebP: send the bytes themselves"}};

/// Beginnings of text, in small letters, behind blanks.
inline constexpr std::array known_texts{
    KnownKind{0, "<svg", "SVG, which is a drawing and no picture"},
    KnownKind{0, "<!doctype html", "a page of HTML"},
    KnownKind{0, "<html", "a page of HTML"},
    KnownKind{0, "{", "JSON"},
    KnownKind{0, "data:", "a data URL: send the bytes behind its comma, decoded from base64"},
    KnownKind{0, "http://", "the address of a picture"},
    KnownKind{0, "https://", "the address of a picture"}};

inline std::string_view beginning_as_text(std::span<const std::uint8_t> bytes) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 4096));
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

inline std::string bytes_in_hex(std::span<const std::uint8_t> bytes) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string text = "bytes that begin with";
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 4))) {
    text += {' ', digits[byte >> 4U], digits[byte & 15U]};
  }
  return text;
}

/// P1 to P6 and a blank, as Netpbm's pictures begin.
inline bool is_portable_map(std::string_view bytes) noexcept {
  return bytes.size() >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         std::string_view(" \t\r\n").find(bytes[2]) != std::string_view::npos;
}

/// Of ASCII, and no control character.
inline bool is_of_text(char c) noexcept {
  return (c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n';
}

INKLING_INLINE std::string name_of_kind(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return "nothing";
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string text(beginning_as_text(bytes));
  for (const KnownKind& kind : known_kinds) {
    if (all.size() >= kind.at && all.substr(kind.at).starts_with(kind.signature)) return std::string(kind.name);
    if (kind.at == 0 && text.starts_with(kind.signature)) return std::string(kind.name);
  }
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const KnownKind& kind : known_texts) {
    if (text.starts_with(kind.signature)) return std::string(kind.name);
  }
  if (text.starts_with("<?xml") || text.starts_with("<!")) {
    if (text.find("<svg") != std::string::npos) return std::string(known_texts[0].name);
    return text.find("<html") != std::string::npos ? "a page of HTML" : "XML";
  }
  if (is_portable_map(all)) return "PNM (PBM, PGM or PPM)";
  const auto begin = all.substr(0, 4096);
  if (begin.find_first_not_of('\0') == std::string_view::npos) return "nothing but zeros";
  if (std::all_of(begin.begin(), begin.end(), is_of_text)) return "text";
  return bytes_in_hex(bytes);
}

}  // namespace inkling::inline INKLING_ABI::detail
