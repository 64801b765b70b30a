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
  constexpr float full = 0.9F;    // of the level: a stroke, whose darkest pixels differ by a little
  constexpr float palest = 0.55F;  // of the level: 0.45 to 0.6 read as many digits of old hands; noise of paper is paler
  const auto reach = std::max<Index>(1, static_cast<Index>(std::lround(0.7 * stroke_width(ink.amount, ink.level))));
  Ink even{dilated(ink.amount, reach), ink.level};
  const std::span<float> amounts = ink.amount.values();
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    float& amount = even.amount.values()[i];
    amount = amounts[i] * full * ink.level / std::clamp(amount, palest * ink.level, full * ink.level);
  }

  const Components parts = connected_components(ink_mask(even));
  std::vector<bool> holds_stroke(parts.parts.size());
  const std::int32_t* const labels = parts.labels.row(0);
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (labels[i] >= 0 && amounts[i] > ink.threshold()) holds_stroke[static_cast<std::size_t>(labels[i])] = true;
  }
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (labels[i] >= 0 && holds_stroke[static_cast<std::size_t>(labels[i])]) amounts[i] = even.amount.values()[i];
  }
}

}  // namespace inkling::inline INKLING_ABI
