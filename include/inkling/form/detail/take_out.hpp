#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// What is left of an amount of ink where print of a given amount lies beneath: both take their share of the light.
inline float without_print(float amount, float print) noexcept {
  print = std::clamp(print, 0.0F, 0.75F);
  return std::max(0.0F, (amount - print) / (1 - print));
}

/// Takes a line that runs along the rows out of the ink. `pen`: what strokes reach; `darkest`: what print has at most.
/// Where the line is paler than the pen, what is darker stays; where it is as dark, strokes are joined across it.
inline void take_out(FloatImage& amount, const inkling::Rule& rule, float darkest, float pen) {
  const auto reach = static_cast<Index>(std::ceil(rule.thickness / 2 + 2));
  std::vector<std::vector<float>> levels(static_cast<std::size_t>(2 * reach + 1));
  const auto inside = [&](Index y) { return y >= 0 && y < amount.height(); };
  const auto row_of = [&](std::size_t i) { return static_cast<Index>(std::lround(rule.centre[i])); };
  const auto column_of = [&](std::size_t i) { return rule.first + static_cast<Index>(i); };
  for (std::size_t i = 0; i < rule.centre.size(); ++i) {
    for (Index k = -reach; k <= reach; ++k) {
      if (inside(row_of(i) + k))
        levels[static_cast<std::size_t>(k + reach)].push_back(amount(column_of(i), row_of(i) + k));
    }
  }
  std::vector<float> profile;  // across the line; its upper quartile, so that a dotted line goes, too
  for (std::vector<float>& values : levels) {
    if (values.empty()) {
      profile.push_back(0);
      continue;
    }
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 3 / 5);
    std::nth_element(values.begin(), at, values.end());
    profile.push_back(std::min(*at, darkest));
  }
  const float level = *std::max_element(profile.begin(), profile.end());
  if (level > 0.6F * pen) {
    Ink ink{std::move(amount), pen};
    erase_rule(ink, rule);
    amount = std::move(ink.amount);
    return;
  }
  for (std::size_t i = 0; i < rule.centre.size(); ++i) {
    for (Index k = -reach; k <= reach; ++k) {
      if (!inside(row_of(i) + k)) continue;
      float& value = amount(column_of(i), row_of(i) + k);
      const float print = profile[static_cast<std::size_t>(k + reach)];
      value = value < 1.6F * print ? 0 : without_print(value, print);
    }
  }
}

}  // namespace inkling::inline INKLING_ABI::form::detail
