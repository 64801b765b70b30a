#pragma once

#include <inkling/codec/detail/exif.hpp>
#include <inkling/codec/detail/png.hpp>
#include <inkling/codec/detail/png_check.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

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

/// Zeros: what stb forgets to fill must not show a picture of somebody else.
static void* stb_allocate(std::size_t size) noexcept {
  if (stb_budget < stb_block_header || size > stb_budget - stb_block_header) {
    stb_budget_exceeded = true;
    return nullptr;
  }
  auto* block = static_cast<std::byte*>(std::calloc(1, size + stb_block_header));
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

namespace inkling::inline INKLING_ABI::detail {

/// pHYs: dots a metre in x and y, and whether the unit is the metre.
inline Resolution png_resolution(std::span<const std::uint8_t> density) noexcept {
  if (density.size() != 9 || density[8] != 1) return {};
  constexpr double metres_an_inch = 0.0254;
  return {metres_an_inch * read_big_endian(density, 0), metres_an_inch * read_big_endian(density, 4)};
}

INKLING_STB_INLINE Raster decode_png(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  const PngContents contents = check_png(bytes, limits);
  const std::vector<std::uint8_t> plain = plain_png(contents);
  const StbBudget budget(limits.memory);
  const bool wide = contents.header.bit_depth == 16;
  int width = 0;
  int height = 0;
  int channels = 0;
  const auto length = static_cast<int>(plain.size());
  // Freed inside the budget's scope: the pointer is declared after it.
  const std::unique_ptr<void, decltype(&stb_free)> pixels(
      wide ? static_cast<void*>(stbi_load_16_from_memory(plain.data(), length, &width, &height, &channels, 0))
           : stbi_load_from_memory(plain.data(), length, &width, &height, &channels, 0),
      &stb_free);
  if (pixels == nullptr && stb_budget_exceeded) {
    throw ImageTooLargeError("PNG: decoding needs more than " + std::to_string(limits.memory) + " bytes of memory");
  }
  if (pixels == nullptr) throw FormatError(std::string("PNG: ") + stbi_failure_reason());
  Raster raster{.width = width,
                .height = height,
                .channels = channels,
                .resolution = png_resolution(contents.density),
                .orientation = read_exif(contents.exif).orientation};
  const std::size_t samples =
      static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(channels);
  if (wide) {
    raster.samples = bytes_of_samples({static_cast<const std::uint16_t*>(pixels.get()), samples},
                                      static_cast<std::size_t>(channels));
  } else {
    const auto* first = static_cast<const std::uint8_t*>(pixels.get());
    raster.samples.assign(first, first + samples);
  }
  return raster;
}

}  // namespace inkling::inline INKLING_ABI::detail
