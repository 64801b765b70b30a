#pragma once

#include <inkling/ink/form_lines.hpp>
#include <inkling/ink/pressure.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/dilation.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void even_pressure(Ink& ink) {
  constexpr float full = 0.9F;     // of the level: a stroke, whose darkest pixels differ by a little
  constexpr float palest = 0.55F;  // of the level: 0.45 to 0.6 read as many digits of old hands
  const auto reach = std::max<Index>(1, static_cast<Index>(std::lround(0.7 * stroke_width(ink.amount, ink.level))));
  Ink even{dilated(ink.amount, reach), ink.level};
  const std::span<float> amounts = ink.amount.values();
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    float& amount = even.amount.values()[i];
    amount = amounts[i] * full * ink.level / std::clamp(amount, palest * ink.level, full * ink.level);
  }

  const Components parts = connected_components(ink_mask(even));
  std::vector<bool> holds_stroke(parts.parts.size());
  std::vector<bool> runs_out(parts.parts.size());  // of the picture, as a pale ruled line does that a stroke touches
  const Index width = ink.amount.width();
  const Index height = ink.amount.height();
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      if (parts.labels(x, y) < 0) continue;
      const auto part = static_cast<std::size_t>(parts.labels(x, y));
      const bool at_edge = x == 0 || y == 0 || x == width - 1 || y == height - 1;
      if (ink.amount(x, y) > ink.threshold()) {
        holds_stroke[part] = true;
      } else if (at_edge) {
        runs_out[part] = true;
      }
    }
  }
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      if (parts.labels(x, y) < 0) continue;
      const auto part = static_cast<std::size_t>(parts.labels(x, y));
      if (holds_stroke[part] && !runs_out[part]) ink.amount(x, y) = even.amount(x, y);
    }
  }
}

}  // namespace inkling::inline INKLING_ABI
