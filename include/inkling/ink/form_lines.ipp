#pragma once

#include <inkling/ink/form_lines.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Image<std::uint8_t> ink_mask(const Ink& ink) {
  Image<std::uint8_t> mask(ink.amount.width(), ink.amount.height());
  std::transform(ink.amount.values().begin(), ink.amount.values().end(), mask.values().begin(),
                 [&](float value) { return static_cast<std::uint8_t>(value > ink.threshold()); });
  return mask;
}

INKLING_INLINE std::optional<Box> remove_form(Ink& ink) {
  const Index width = ink.amount.width();
  const Index height = ink.amount.height();
  // A ninth of the height is a third of a small character in its box: no printed line is thicker, and strokes that are
  // as thick would be too short.
  const Index thickest = std::max<Index>(3, height / 9);
  const std::vector<Rule> level =
      find_rules(ink_mask(ink), {.min_length = std::max<Index>(2, width / 2), .max_thickness = thickest});
  if (level.empty()) return std::nullopt;

  Ink rest = ink;
  Index longest = 0;
  for (const Rule& rule : level) {
    erase_rule(rest, rule);
    longest = std::max(longest, rule.length());
  }

  std::optional<Box> box;
  const auto row_of = [](const Rule& rule) { return rule.centre[rule.centre.size() / 2]; };
  const auto [upper, lower] = std::minmax_element(level.begin(), level.end(),
                                                  [&](const Rule& a, const Rule& b) { return row_of(a) < row_of(b); });
  const auto distance = static_cast<Index>(row_of(*lower) - row_of(*upper));
  if (distance > 3 * thickest) {  // both sides of one thick line are no box, and nothing could be written in it
    // Most of the way from side to side, as characters may hide its ends, and freer of other ink than a level line,
    // which a whole word may stand on.
    Ink turned{transposed(rest.amount), rest.level};
    const std::vector<Rule> upright =
        find_rules(ink_mask(turned), {.min_length = distance * 3 / 4, .max_thickness = thickest, .min_clear = 0.6});
    Index left = width;
    Index right = 0;
    for (const Rule& rule : upright) {
      // An upright line that begins more than a fifth below the upper side is a stroke: the stem of a 1.
      if (rule.first > static_cast<Index>(row_of(*upper)) + distance / 5) continue;
      erase_rule(turned, rule);
      left = std::min(left, static_cast<Index>(row_of(rule)));
      right = std::max(right, static_cast<Index>(row_of(rule)));
    }
    rest.amount = transposed(turned.amount);
    if (right - left > width / 2) {  // two strokes of a character are nearer to one another
      box = Box{static_cast<double>(left), static_cast<double>(row_of(*upper)), static_cast<double>(right - left),
                static_cast<double>(distance)};
    }
  }

  Index tallest = 0;
  for (const Component& part : connected_components(ink_mask(rest)).parts) tallest = std::max(tallest, part.height());
  if (tallest == 0 || longest < 2 * tallest) return std::nullopt;
  ink = std::move(rest);
  return box;
}

}  // namespace inkling::inline INKLING_ABI
