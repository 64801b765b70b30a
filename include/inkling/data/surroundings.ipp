#pragma once

#include <inkling/data/surroundings.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void add_rule(Sheet& sheet, bool upright, float place, float slope, const RuleStyle& style, float from,
                             float to) {
  const auto length = static_cast<float>(upright ? sheet.height() : sheet.width());
  const float middle = length / 2;
  const auto piece = [&](float begin, float end) {
    const float a = place + slope * (begin - middle);
    const float b = place + slope * (end - middle);
    if (upright) {
      draw_stroke(sheet, a, begin, b, end, style.thickness, style.darkness);
    } else {
      draw_stroke(sheet, begin, a, end, b, style.thickness, style.darkness);
    }
  };
  const float first = from * length - (from > 0 ? 0 : style.thickness);
  const float last = to * length + (to < 1 ? 0 : style.thickness);
  if (!(style.dash > 0)) return piece(first, last);
  for (float at = first; at < last; at += 2 * style.dash) piece(at, std::min(last, at + style.dash));
}

INKLING_INLINE void add_squares(Sheet& sheet, float spacing, float slope, const RuleStyle& style, Rng& rng) {
  for (const bool upright : {false, true}) {
    const auto end = static_cast<float>(upright ? sheet.width() : sheet.height()) + spacing;
    for (float place = rng.uniform(-spacing, 0); place < end; place += spacing) {
      add_rule(sheet, upright, place, upright ? -slope : slope, style);
    }
  }
}

INKLING_INLINE void add_box_sides(Sheet& sheet, float share, float slope, const RuleStyle& style, Rng& rng) {
  const auto width = static_cast<float>(sheet.width());
  const auto height = static_cast<float>(sheet.height());
  for (const bool upright : {false, true}) {
    const float end = upright ? width : height;
    for (const bool far : {false, true}) {
      const float inset = rng.uniform(-0.5F, 0.08F * end + 1);
      const bool there = rng.uniform() < share;
      const float from = rng.uniform() < 0.15F ? rng.uniform(0, 0.5F) : 0;
      if (there) add_rule(sheet, upright, far ? end - inset : inset, upright ? -slope : slope, style, from);
    }
  }
}

INKLING_INLINE void add_scan_edge(Sheet& sheet, float band, float depth, Rng& rng) {
  const std::uint32_t edge = rng.below(4);
  const float askew = rng.uniform(-0.08F, 0.08F);
  const float softness = rng.uniform(0.3F, 2.0F);
  for (Index y = 0; y < sheet.height(); ++y) {
    for (Index x = 0; x < sheet.width(); ++x) {
      const auto across = static_cast<float>(edge % 2 == 0 ? x : sheet.width() - 1 - x);
      const auto down = static_cast<float>(edge % 2 == 0 ? y : sheet.height() - 1 - y);
      const float inside = edge < 2 ? across + askew * down : down + askew * across;
      sheet.paper(x, y) *= 1 - depth * std::clamp((band - inside) / softness + 0.5F, 0.0F, 1.0F);
    }
  }
}

INKLING_INLINE void add_waves(Sheet& sheet, Rng& rng) {
  constexpr float turn = 2 * std::numbers::pi_v<float>;
  const float spacing = sheet.size * rng.uniform(0.08F, 0.35F);
  const float swing = sheet.size * rng.uniform(0, 0.6F);
  const float length = sheet.size * rng.uniform(0.8F, 5.0F);
  const float width = rng.uniform(0.4F, 1.2F);
  const float depth = sheet.strength * rng.uniform(0.03F, 0.35F);
  const float phase = rng.uniform(0, turn);
  const float askew = rng.uniform() < 0.5F ? 0 : rng.uniform(-0.5F, 0.5F);
  const float lag = rng.uniform(-0.06F, 0.06F);  // of each line behind the one above
  for (Index y = 0; y < sheet.height(); ++y) {
    for (Index x = 0; x < sheet.width(); ++x) {
      const float down = static_cast<float>(y) + askew * static_cast<float>(x);
      const float along = static_cast<float>(x) - askew * static_cast<float>(y);
      const float place = (down + swing * std::sin(turn * along / length + phase + lag * down / spacing)) / spacing;
      const float distance = std::abs(place - std::round(place)) * spacing;
      sheet.paper(x, y) *= 1 - depth * std::clamp(width - distance + 0.5F, 0.0F, 1.0F);
    }
  }
}

INKLING_INLINE void add_joining_strokes(Sheet& sheet, bool left, bool right, float thickness, Rng& rng) {
  const Index width = sheet.width();
  const Index height = sheet.height();
  const auto join = [&](bool from_left) {
    const auto row = static_cast<Index>(rng.uniform(0.35F, 0.95F) * static_cast<float>(height - 1));
    Index column = from_left ? 0 : width - 1;
    const Index step = from_left ? 1 : -1;
    while (column >= 0 && column < width && !(sheet.ink(column, row) > 0.5F)) column += step;
    if (column < 0 || column >= width) return;
    const auto x = static_cast<float>(column) + 0.5F;
    const auto y = static_cast<float>(row) + 0.5F;
    const float outside = from_left ? -1.0F : static_cast<float>(width) + 1;
    const float end = y + rng.uniform(-0.15F, 0.3F) * sheet.size * (from_left ? 1.0F : -1.0F);
    const float sag = rng.uniform(0, 0.15F) * sheet.size;
    const float middle_x = (x + outside) / 2;
    const float middle_y = (y + end) / 2 + sag;
    draw_stroke(sheet, x, y, middle_x, middle_y, thickness);
    draw_stroke(sheet, middle_x, middle_y, outside, end, thickness);
  };
  if (left) join(true);
  if (right) join(false);
}

}  // namespace inkling::inline INKLING_ABI
