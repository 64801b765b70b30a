#pragma once

#include <inkling/form/registration/ink_map.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// The brightest pixel of each tile and of those around it, smoothed once.
INKLING_INLINE FloatImage brightest_tiles(const GreyImage& image, Index tile) {
  const Index columns = (image.width() + tile - 1) / tile;
  const Index rows = (image.height() + tile - 1) / tile;
  GreyImage brightest(columns, rows);
  for (Index y = 0; y < image.height(); ++y) {
    const std::uint8_t* row = image.row(y);
    std::uint8_t* out = brightest.row(y / tile);
    for (Index i = 0; i < columns; ++i) {
      const std::uint8_t* const end = row + std::min(image.width(), (i + 1) * tile);
      for (const std::uint8_t* p = row + i * tile; p != end; ++p) out[i] = std::max(out[i], *p);
    }
  }
  const auto around = [&](Index x, Index y, auto visit) {
    for (Index v = std::max<Index>(0, y - 1); v < std::min(rows, y + 2); ++v) {
      for (Index u = std::max<Index>(0, x - 1); u < std::min(columns, x + 2); ++u) visit(u, v);
    }
  };
  GreyImage dilated(columns, rows);
  FloatImage smooth(columns, rows);
  for (Index y = 0; y < rows; ++y) {
    for (Index x = 0; x < columns; ++x) {
      around(x, y, [&](Index u, Index v) { dilated(x, y) = std::max(dilated(x, y), brightest(u, v)); });
    }
  }
  for (Index y = 0; y < rows; ++y) {
    for (Index x = 0; x < columns; ++x) {
      float sum = 0;
      float count = 0;
      around(x, y, [&](Index u, Index v) {
        sum += static_cast<float>(dilated(u, v));
        ++count;
      });
      smooth(x, y) = sum / count;
    }
  }
  return smooth;
}

}  // namespace detail

INKLING_INLINE GreyImage ink_map(const GreyImage& image, Index reach) {
  GreyImage ink(image.width(), image.height());
  if (image.empty()) return ink;
  const Index tile = std::max<Index>(1, reach / 2);
  const FloatImage tiles = detail::brightest_tiles(image, tile);
  // Between the centres of tiles the brightness is interpolated.
  const auto place = [tile](Index i, Index count) {
    const float at = (static_cast<float>(i) + 0.5F) / static_cast<float>(tile) - 0.5F;
    const auto first = std::clamp<Index>(static_cast<Index>(at), 0, std::max<Index>(0, count - 2));
    return std::pair(first, std::clamp(at - static_cast<float>(first), 0.0F, 1.0F));
  };
  std::vector<float> paper(static_cast<std::size_t>(tiles.width()));
  std::vector<float> white(static_cast<std::size_t>(image.width()));
  for (Index y = 0; y < image.height(); ++y) {
    const auto [upper, down] = place(y, tiles.height());
    const float* a = tiles.row(upper);
    const float* b = tiles.row(std::min(upper + 1, tiles.height() - 1));
    for (std::size_t i = 0; i < paper.size(); ++i) paper[i] = std::max(24.0F, a[i] + down * (b[i] - a[i]));
    for (Index x = 0; x < image.width(); ++x) {
      const auto [left, across] = place(x, tiles.width());
      const float first = paper[static_cast<std::size_t>(left)];
      const float second = paper[std::min(static_cast<std::size_t>(left) + 1, paper.size() - 1)];
      white[static_cast<std::size_t>(x)] = first + across * (second - first);
    }
    const std::uint8_t* row = image.row(y);
    std::uint8_t* out = ink.row(y);
    for (Index x = 0; x < image.width(); ++x) {
      const float share = 1 - static_cast<float>(row[x]) / white[static_cast<std::size_t>(x)];
      out[x] = static_cast<std::uint8_t>(std::max(0.0F, 255 * share));
    }
  }
  return ink;
}

}  // namespace inkling::inline INKLING_ABI::form
