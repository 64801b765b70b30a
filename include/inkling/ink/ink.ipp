#pragma once

#include <inkling/core/error.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/options.hpp>
#include <inkling/ink/otsu.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace inkling::inline INKLING_ABI {

namespace detail {

INKLING_INLINE void fail_without_ink() {
  throw NoInkError("normalise: no ink found: nothing stands out from the paper");
}

/// Pixels that become one before paper is fitted: a character becomes 48 pixels long, a line as many as 48x48. A little
/// smoothing is good for a narrow picture, too, which ink fills.
inline Index thumbnail_tile(const GreyImage& image) {
  constexpr double side = 48;
  const auto by_length =
      static_cast<Index>(std::ceil(static_cast<double>(std::max(image.width(), image.height())) / side));
  const auto by_area = static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(image.size())) / side));
  return std::min(by_length, std::max<Index>(2, by_area));
}

}  // namespace detail

INKLING_INLINE float stroke_level(const FloatImage& amount) {
  const GreyImage levels = to_grey(amount, 1);
  const auto counts = detail::histogram(levels.values());
  const std::size_t split = otsu_threshold(counts);
  const std::uint64_t above =
      std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(split) + 1, counts.end(), std::uint64_t{0});
  if (above == 0) return 0;
  std::size_t level = counts.size() - 1;
  for (std::uint64_t seen = counts[level]; 4 * seen < above; seen += counts[level]) --level;
  return static_cast<float>(level) / 255;
}

INKLING_INLINE void binarise(Ink& ink, float steepness) {
  const float slope = steepness / ink.level;
  const float threshold = ink.threshold();
  for (float& value : ink.amount.values()) value = std::clamp((value - threshold) * slope + 0.5F, 0.0F, 1.0F);
  ink.level = 1;
}

INKLING_INLINE Ink find_ink(const GreyImage& dark_on_light, const InkOptions& options) {
  options.check();
  if (dark_on_light.empty()) detail::fail_without_ink();
  const Paper paper = fit_paper(shrink(dark_on_light, detail::thumbnail_tile(dark_on_light)));
  Ink ink{ink_on_paper(dark_on_light, paper)};

  // Pixels lighter than the paper show its noise.
  float lighter = 0;
  float squares = 0;
  for (float& amount : ink.amount.values()) {
    const float below = std::min(amount, 0.0F);
    lighter += amount < 0 ? 1.0F : 0.0F;
    squares += below * below;
    amount = std::max(amount, 0.0F);
  }
  const float noise = lighter > 0 ? std::sqrt(squares / lighter) : 0;
  ink.level = stroke_level(ink.amount);
  if (static_cast<double>(ink.level) < std::max(options.min_contrast, options.min_signal * static_cast<double>(noise)))
    detail::fail_without_ink();
  return ink;
}

}  // namespace inkling::inline INKLING_ABI
