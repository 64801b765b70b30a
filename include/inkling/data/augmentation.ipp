#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/augmentation.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

INKLING_INLINE void check_image_values(const char* who, std::span<const float> values, const Shape& image) {
  image.check(who);
  if (static_cast<Index>(values.size()) != image.size()) {
    throw ShapeError(std::string(who) + ": an image of " + to_string(image) + " has " + std::to_string(image.size()) +
                     " values, got " + std::to_string(values.size()));
  }
}

}  // namespace detail

INKLING_INLINE void shift(std::span<float> values, const Shape& image, Index right, Index down) {
  detail::check_image_values("shift", values, image);
  right = std::clamp(right, -image.width, image.width);
  down = std::clamp(down, -image.height, image.height);
  const std::vector<float> before(values.begin(), values.end());
  std::fill(values.begin(), values.end(), 0.0F);
  const Index first = std::max<Index>(0, right);  // columns that stay inside
  const Index last = std::min(image.width, image.width + right);
  if (first >= last) return;
  for (Index y = std::max<Index>(0, down); y < std::min(image.height, image.height + down); ++y) {
    const Index from = ((y - down) * image.width + first - right) * image.channels;
    const Index to = (y * image.width + first) * image.channels;
    std::copy_n(before.begin() + from, (last - first) * image.channels, values.begin() + to);
  }
}

INKLING_INLINE Augmentation random_shift(Index reach) {
  in_range("random_shift: reach", reach, {0, 1e6});
  return [reach](std::span<float> values, const Shape& image, Rng& rng) {
    const auto offset = [&] {
      return static_cast<Index>(rng.below(static_cast<std::uint32_t>(2 * reach + 1))) - reach;
    };
    const Index right = offset();
    const Index down = offset();
    if (right != 0 || down != 0) shift(values, image, right, down);
  };
}

INKLING_INLINE Augmentation in_sequence(std::vector<Augmentation> steps) {
  return [steps = std::move(steps)](std::span<float> values, const Shape& image, Rng& rng) {
    for (const Augmentation& step : steps) step(values, image, rng);
  };
}

}  // namespace inkling::inline INKLING_ABI
