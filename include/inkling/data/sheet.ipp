#pragma once

#include <inkling/data/sheet.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Sheet blank_sheet(Index width, Index height, float size) {
  return {Matrix::Zero(width, height), Matrix::Ones(width, height), 1, size};
}

INKLING_INLINE void draw_character(Sheet& sheet, std::span<const float> picture, Index side,
                                   const Placement& placement) {
  constexpr float filled = 6.0F / 7;
  const float scale = filled * static_cast<float>(side) / placement.size;  // pixels of the picture in one of the sheet
  const auto places = static_cast<int>(std::clamp(std::ceil(scale - 0.2F), 1.0F, 4.0F));
  const float cosine = std::cos(placement.rotation) * scale;
  const float sine = std::sin(placement.rotation) * scale;
  const float middle = static_cast<float>(side - 1) / 2;
  const float last = static_cast<float>(side) - 1.001F;
  const float reach =
      0.75F * placement.size * std::max(1.0F, placement.stretch) + std::abs(placement.slant) * placement.size / 2 + 2;
  const auto begin = [](float from) { return static_cast<Index>(std::max(0.0F, std::floor(from))); };
  const Index left = begin(placement.x - reach);
  const Index top = begin(placement.y - reach);
  const Index right = std::min(sheet.width(), static_cast<Index>(std::max(0.0F, placement.x + reach)));
  const Index bottom = std::min(sheet.height(), static_cast<Index>(std::max(0.0F, placement.y + reach)));
  const float step = 1.0F / static_cast<float>(places);
  const float share = step * step;
  const auto value_at = [&](float x, float y) {
    const float dx = x - placement.x;
    const float dy = y - placement.y;
    const float depth = 1 + (placement.tilt_across * dx + placement.tilt_down * dy) / placement.size;
    const float turned_x = (cosine * dx + sine * dy) / depth;
    const float from_y = (cosine * dy - sine * dx) / depth;
    const float from_x = (turned_x + placement.slant * from_y) / placement.stretch + middle;
    const float row = from_y + middle;
    if (!(from_x >= 0 && from_x <= last && row >= 0 && row <= last)) return 0.0F;
    const auto column0 = static_cast<Index>(from_x);
    const auto row0 = static_cast<Index>(row);
    const float across = from_x - static_cast<float>(column0);
    const float down = row - static_cast<float>(row0);
    const float* at = picture.data() + row0 * side + column0;
    const float value =
        (1 - down) * ((1 - across) * at[0] + across * at[1]) + down * ((1 - across) * at[side] + across * at[side + 1]);
    return std::clamp((value - placement.edge) * placement.steepness + 0.5F, 0.0F, 1.0F);
  };
  for (Index y = top; y < bottom; ++y) {
    for (Index x = left; x < right; ++x) {
      float sum = 0;
      for (int j = 0; j < places; ++j) {
        for (int i = 0; i < places; ++i) {
          sum += value_at(static_cast<float>(x) + (static_cast<float>(i) + 0.5F) * step,
                          static_cast<float>(y) + (static_cast<float>(j) + 0.5F) * step);
        }
      }
      sheet.ink(x, y) = std::max(sheet.ink(x, y), sum * share);
    }
  }
}

INKLING_INLINE void draw_stroke(Sheet& sheet, float x0, float y0, float x1, float y1, float thickness, float amount) {
  const float radius = thickness / 2 + 0.5F;  // an edge of one pixel
  const float dx = x1 - x0;
  const float dy = y1 - y0;
  const float squared = std::max(dx * dx + dy * dy, 1e-6F);
  const auto first = [&](float a, float b) { return static_cast<Index>(std::max(0.0F, std::min(a, b) - radius)); };
  const auto end = [&](float a, float b, Index limit) {
    return std::min(limit, static_cast<Index>(std::max(0.0F, std::max(a, b) + radius + 1)));
  };
  for (Index y = first(y0, y1); y < end(y0, y1, sheet.height()); ++y) {
    for (Index x = first(x0, x1); x < end(x0, x1, sheet.width()); ++x) {
      const float px = static_cast<float>(x) + 0.5F - x0;
      const float py = static_cast<float>(y) + 0.5F - y0;
      const float along = std::clamp((px * dx + py * dy) / squared, 0.0F, 1.0F);
      const float distance = std::hypot(px - along * dx, py - along * dy);
      const float covered = std::clamp(radius - distance, 0.0F, std::min(1.0F, thickness)) * amount;
      sheet.ink(x, y) = std::max(sheet.ink(x, y), covered);
    }
  }
}

}  // namespace inkling::inline INKLING_ABI
