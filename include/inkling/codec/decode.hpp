#pragma once

#include <inkling/codec/detail/png_check.hpp>
#include <inkling/codec/exif.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/picture/grey_image.hpp>

#include <turbojpeg.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>

/// Reads PNG (stb_image) and JPEG (libjpeg-turbo) from memory. Link the CMake target inkling::decode; the umbrella
/// header leaves this one out.
///
/// stb_image is compiled into each file that includes this one, with internal linkage, so that it cannot collide with
/// another copy in the program. The functions here that reach it are therefore `static`: as `inline` ones they would
/// be different functions under one name. Include this header from source files, before any stb_image.h of your own.

namespace inkling::inline INKLING_ABI::detail {

/// What stb may still allocate on this thread. stb has no context argument that could carry it.
static thread_local std::size_t stb_budget = 0;
static thread_local bool stb_budget_exceeded = false;

/// Opens the budget for one call of stb.
class StbBudget {
 public:
  explicit StbBudget(std::size_t bytes) noexcept {
    stb_budget = bytes;
    stb_budget_exceeded = false;
  }
  ~StbBudget() { stb_budget = 0; }
  StbBudget(const StbBudget&) = delete;
  StbBudget& operator=(const StbBudget&) = delete;
};

/// Each block begins with its size, which freeing gives back to the budget.
constexpr std::size_t stb_block_header = alignof(std::max_align_t);

static void* stb_allocate(std::size_t size) noexcept {
  if (stb_budget < stb_block_header || size > stb_budget - stb_block_header) {
    stb_budget_exceeded = true;
    return nullptr;
  }
  auto* block = static_cast<std::byte*>(std::malloc(size + stb_block_header));
  if (block == nullptr) return nullptr;
  std::memcpy(block, &size, sizeof size);
  stb_budget -= size + stb_block_header;
  return block + stb_block_header;
}

static std::size_t stb_block_size(const void* memory) noexcept {
  std::size_t size = 0;
  std::memcpy(&size, static_cast<const std::byte*>(memory) - stb_block_header, sizeof size);
  return size;
}

static void stb_free(void* memory) noexcept {
  if (memory == nullptr) return;
  stb_budget += stb_block_size(memory) + stb_block_header;
  std::free(static_cast<std::byte*>(memory) - stb_block_header);
}

static void* stb_reallocate(void* memory, std::size_t size) noexcept {
  void* moved = stb_allocate(size);
  if (moved != nullptr && memory != nullptr) {
    std::memcpy(moved, memory, std::min(size, stb_block_size(memory)));
    stb_free(memory);
  }
  return moved;
}

}  // namespace inkling::inline INKLING_ABI::detail

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_MALLOC(size) inkling::detail::stb_allocate(size)
#define STBI_REALLOC(memory, size) inkling::detail::stb_reallocate(memory, size)
#define STBI_FREE(memory) inkling::detail::stb_free(memory)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_STATIC
#undef STBI_ONLY_PNG
#undef STBI_NO_STDIO
#undef STBI_MALLOC
#undef STBI_REALLOC
#undef STBI_FREE

namespace inkling::inline INKLING_ABI {

namespace detail {

/// Luma (ITU-R BT.601, as in JPEG) over white paper. channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
inline GreyImage grey_on_white(const std::uint8_t* pixels, Index width, Index height, int channels) {
  GreyImage image(width, height);
  const bool colour = channels >= 3;
  const bool alpha = channels == 2 || channels == 4;
  for (std::uint8_t& value : image.values()) {
    const int luma = colour ? (299 * pixels[0] + 587 * pixels[1] + 114 * pixels[2] + 500) / 1000 : pixels[0];
    const int opacity = alpha ? pixels[channels - 1] : 255;
    value = static_cast<std::uint8_t>((luma * opacity + 255 * (255 - opacity) + 127) / 255);
    pixels += channels;
  }
  return image;
}

static inline GreyImage decode_png(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  check_png(bytes, limits);
  const StbBudget budget(limits.memory);
  int width = 0;
  int height = 0;
  int channels = 0;
  // Freed inside the budget's scope: the pointer is declared after it.
  const std::unique_ptr<stbi_uc, decltype(&stb_free)> pixels(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels, 0), &stb_free);
  if (pixels == nullptr && stb_budget_exceeded) {
    throw ImageTooLargeError("PNG: decoding needs more than " + std::to_string(limits.memory) + " bytes of memory");
  }
  if (pixels == nullptr) throw FormatError(std::string("PNG: ") + stbi_failure_reason());
  return grey_on_white(pixels.get(), width, height, channels);
}

inline GreyImage decode_jpeg(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  const std::unique_ptr<void, decltype(&tjDestroy)> decoder(tjInitDecompress(), &tjDestroy);
  if (decoder == nullptr) throw Error(std::string("JPEG: libjpeg-turbo could not start: ") + tjGetErrorStr2(nullptr));
  const auto size = static_cast<unsigned long>(bytes.size());
  const auto fail = [&] { throw FormatError(std::string("JPEG: ") + tjGetErrorStr2(decoder.get())); };

  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colour_space = 0;
  if (tjDecompressHeader3(decoder.get(), bytes.data(), size, &width, &height, &subsampling, &colour_space) != 0) fail();
  check_declared_size("JPEG", width, height, 8 * limits.side, limits);
  if (colour_space == TJCS_CMYK || colour_space == TJCS_YCCK) {
    throw UnsupportedImageError("JPEG: expected grey or RGB colours, got CMYK");
  }

  // A scaled inverse DCT gives a smaller picture for less work.
  tjscalingfactor scale{1, 1};
  while (std::max(TJSCALED(width, scale), TJSCALED(height, scale)) > limits.side) scale.denom *= 2;
  GreyImage image(TJSCALED(width, scale), TJSCALED(height, scale));
  if (tjDecompress2(decoder.get(), bytes.data(), size, image.values().data(), static_cast<int>(image.width()), 0,
                    static_cast<int>(image.height()), TJPF_GRAY, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    fail();
  }
  return upright(std::move(image), jpeg_orientation(bytes));
}

inline bool has_jpeg_signature(std::span<const std::uint8_t> bytes) noexcept {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

/// "GIF", "89 50 4E 47": what strange bytes begin with, for a message.
inline std::string describe_beginning(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return "nothing";
  struct Known {
    std::string_view signature;
    const char* name;
  };
  for (const auto& [signature, name] : {Known{"GIF8", "GIF"}, Known{"RIFF", "WebP"}, Known{"BM", "BMP"},
                                        Known{"%PDF", "PDF"}, Known{"II*", "TIFF"}, Known{"<svg", "SVG"}}) {
    if (bytes.size() >= signature.size() && std::equal(signature.begin(), signature.end(), bytes.begin())) return name;
  }
  constexpr char digits[] = "0123456789ABCDEF";
  std::string text = "bytes that begin with";
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 4))) {
    text += {' ', digits[byte >> 4U], digits[byte & 15U]};
  }
  return text;
}

}  // namespace detail

/// The picture in the bytes of a PNG or JPEG file, as grey: colours become luma, transparency shows white paper, 16
/// bits become 8, and a photo is turned upright as its Exif data asks. Thread-safe.
///
/// Throws UnsupportedImageError when the bytes are neither PNG nor JPEG (or a CMYK JPEG), ImageTooLargeError beyond the
/// limits, FormatError when the picture is damaged or cut short: half a picture is never returned.
static inline GreyImage decode_image(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {}) {
  if (bytes.size() > limits.bytes) {
    throw ImageTooLargeError("Image: expected up to " + std::to_string(limits.bytes) + " bytes, got " +
                             std::to_string(bytes.size()));
  }
  if (detail::has_png_signature(bytes)) return detail::decode_png(bytes, limits);
  if (detail::has_jpeg_signature(bytes)) return detail::decode_jpeg(bytes, limits);
  throw UnsupportedImageError("Image: expected PNG or JPEG, got " + detail::describe_beginning(bytes));
}

}  // namespace inkling::inline INKLING_ABI
