#pragma once

#include <inkling/core/range.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/pen.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// values = (1 - amount) * values + amount * choose(values in the 3x3 neighbourhood); outside the image is paper.
template <typename Choose>
void blend_neighbourhood(std::span<float> values, const Shape& image, float amount, Choose&& choose) {
  const std::vector<float> before(values.begin(), values.end());
  const auto at = [&](Index y, Index x, Index c) {
    const bool inside = y >= 0 && y < image.height && x >= 0 && x < image.width;
    return inside ? before[static_cast<std::size_t>((y * image.width + x) * image.channels + c)] : 0.0F;
  };
  auto value = values.begin();
  for (Index y = 0; y < image.height; ++y) {
    for (Index x = 0; x < image.width; ++x) {
      for (Index c = 0; c < image.channels; ++c, ++value) {
        // A cross and not a square: strokes stay round.
        float chosen = *value;
        for (const auto& [dy, dx] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
          chosen = choose(chosen, at(y + dy, x + dx, c));
        }
        *value += amount * (chosen - *value);
      }
    }
  }
}

INKLING_INLINE void small_blur(std::span<float> values, const Shape& image, float deviation) {
  constexpr float widest = 0.5F;  // variance of one pass
  const auto passes = static_cast<int>(std::ceil(deviation * deviation / widest));
  const float side = deviation * deviation / 2 / static_cast<float>(std::max(1, passes));
  const Index row = image.width * image.channels;
  for (int pass = 0; pass < passes; ++pass) {
    for (const Index step : {image.channels, row}) {
      const std::vector<float> before(values.begin(), values.end());
      const auto size = static_cast<Index>(before.size());
      for (Index i = 0; i < size; ++i) {
        const Index along = step == row ? i : i % row;
        const Index end = step == row ? size : row;
        const float left = along >= step ? before[static_cast<std::size_t>(i - step)] : 0.0F;
        const float right = along + step < end ? before[static_cast<std::size_t>(i + step)] : 0.0F;
        const float middle = before[static_cast<std::size_t>(i)];
        values[static_cast<std::size_t>(i)] = middle + side * (left - 2 * middle + right);
      }
    }
  }
}

}  // namespace detail

INKLING_INLINE void PenVariation::check() const {
  in_range("PenVariation::thicken", thicken, {0, 1});
  in_range("PenVariation::thin", thin, {0, 1});
  in_range("PenVariation::blur", blur, {0, 1});
}

INKLING_INLINE Augmentation random_pen(const PenVariation& variation) {
  variation.check();
  return [variation](std::span<float> values, const Shape& image, Rng& rng) {
    detail::check_image_values("random_pen", values, image);
    const bool thicker = rng.below(2) == 1;
    const float amount = rng.uniform(0.0F, thicker ? variation.thicken : variation.thin);
    if (amount > 0) {
      if (thicker) {
        detail::blend_neighbourhood(values, image, amount, [](float a, float b) { return std::max(a, b); });
      } else {
        detail::blend_neighbourhood(values, image, amount, [](float a, float b) { return std::min(a, b); });
      }
    }
    const float deviation = rng.uniform(0.0F, variation.blur);
    if (deviation > 0) detail::small_blur(values, image, deviation);
  };
}

}  // namespace inkling::inline INKLING_ABI
