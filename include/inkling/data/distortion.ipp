#pragma once

#include <inkling/core/range.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/detail/elastic_field.hpp>
#include <inkling/data/distortion.hpp>

#include <array>
#include <cmath>
#include <numbers>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// The value between pixels, of one channel; 0 outside the image.
inline float bilinear(const std::vector<float>& values, const Shape& image, float y, float x, Index channel) {
  const float top = std::floor(y);
  const float left = std::floor(x);
  const auto value = [&](Index row, Index column) {
    const bool inside = row >= 0 && row < image.height && column >= 0 && column < image.width;
    return inside ? values[static_cast<std::size_t>((row * image.width + column) * image.channels + channel)] : 0.0F;
  };
  const auto row = static_cast<Index>(top);
  const auto column = static_cast<Index>(left);
  const float down = y - top;
  const float right = x - left;
  return (1 - down) * ((1 - right) * value(row, column) + right * value(row, column + 1)) +
         down * ((1 - right) * value(row + 1, column) + right * value(row + 1, column + 1));
}

}  // namespace detail

INKLING_INLINE void Distortion::check() const {
  in_range("Distortion::rotation", rotation, {0, 360});
  in_range("Distortion::shear", shear, {0, 10});
  in_range("Distortion::scale", scale, {.low = 0, .high = 1, .below_high = true});
  in_range("Distortion::shift", shift, {0, 1e4});
  in_range("Distortion::elastic", elastic, {0, 1e3});
  in_range("Distortion::knots", knots, {1, 1024});
}

INKLING_INLINE Augmentation random_distortion(const Distortion& distortion) {
  distortion.check();
  return [distortion](std::span<float> values, const Shape& image, Rng& rng) {
    detail::check_image_values("random_distortion", values, image);
    const auto drawn = [&](float bound) { return rng.uniform(-bound, bound); };
    const float angle = drawn(distortion.rotation) * std::numbers::pi_v<float> / 180;
    const float shear = drawn(distortion.shear);
    const float height = 1 + drawn(distortion.scale);
    const float width = 1 + drawn(distortion.scale);
    const float down = drawn(distortion.shift);
    const float right = drawn(distortion.shift);
    const detail::ElasticField field(distortion.elastic, distortion.knots, image, rng);

    // Each pixel looks up where it came from: the inverse of scale, shear, rotation and shift about the centre.
    const std::vector<float> before(values.begin(), values.end());
    const float middle_y = static_cast<float>(image.height - 1) / 2;
    const float middle_x = static_cast<float>(image.width - 1) / 2;
    const float cosine = std::cos(angle);
    const float sine = std::sin(angle);
    auto value = values.begin();
    for (Index y = 0; y < image.height; ++y) {
      for (Index x = 0; x < image.width; ++x) {
        const auto [field_down, field_right] = field.at(y, x);
        const float dy = static_cast<float>(y) - middle_y - down + field_down;
        const float dx = static_cast<float>(x) - middle_x - right + field_right;
        const float turned_y = cosine * dy - sine * dx;
        const float turned_x = sine * dy + cosine * dx;
        const float from_y = turned_y / height + middle_y;
        const float from_x = (turned_x + shear * turned_y) / width + middle_x;
        for (Index c = 0; c < image.channels; ++c) *value++ = detail::bilinear(before, image, from_y, from_x, c);
      }
    }
  };
}

}  // namespace inkling::inline INKLING_ABI
