#pragma once

#include <inkling/core/config.hpp>
#include <inkling/data/augmentation.hpp>

#include <array>
#include <cmath>
#include <numbers>

namespace inkling::inline INKLING_ABI {

/// How far handwriting may be distorted and still be the same character. Each amount is drawn anew for each image,
/// evenly between minus and plus its bound.
struct Distortion {
  float rotation = 0;  // degrees
  float shear = 0;     // columns to the right for each row up: slant
  float scale = 0;     // relative, of height and width apart
  float shift = 0;     // pixels, right and down apart
  float elastic = 0;   // pixels: standard deviation of a smooth random displacement (Simard, Steinkraus and Platt 2003)
  Index knots = 4;     // of that displacement along each axis: fewer are smoother
};

namespace detail {

/// A smooth random displacement: normal values at knots, and the uniform cubic B-spline between them.
class ElasticField {
 public:
  ElasticField(const Distortion& distortion, const Shape& image, Rng& rng)
      : knots_(distortion.knots),
        cell_height_(static_cast<float>(image.height) / static_cast<float>(knots_)),
        cell_width_(static_cast<float>(image.width) / static_cast<float>(knots_)),
        values_(static_cast<std::size_t>((knots_ + 3) * (knots_ + 3))) {
    // Along either axis the spline leaves 151/315 of the variance: the mean over a cell of its squared weights' sum.
    const float deviation = distortion.elastic * 315 / 151;
    for (auto& value : values_) {
      for (float& component : value) component = deviation * rng.normal();
    }
  }

  /// Displacement (down, right) of row y, column x.
  std::array<float, 2> at(Index y, Index x) const {
    const auto [row, down] = weights((static_cast<float>(y) + 0.5F) / cell_height_);
    const auto [column, across] = weights((static_cast<float>(x) + 0.5F) / cell_width_);
    std::array<float, 2> sum{};
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < 4; ++j) {
        const auto& value = values_[(row + i) * static_cast<std::size_t>(knots_ + 3) + column + j];
        for (std::size_t k = 0; k < 2; ++k) sum[k] += down[i] * across[j] * value[k];
      }
    }
    return sum;
  }

 private:
  struct Weights {
    std::size_t first;  // knot
    std::array<float, 4> of;
  };
  static Weights weights(float place) {
    const float floor = std::floor(place);
    const float t = place - floor;
    const float s = 1 - t;
    return {static_cast<std::size_t>(floor),
            {s * s * s / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6, t * t * t / 6}};
  }

  Index knots_;
  float cell_height_, cell_width_;
  std::vector<std::array<float, 2>> values_;
};

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

/// Rotation, shear, scale, shift and elastic distortion in one step, so that the image is interpolated once.
/// Throws ValueError for a bound below 0, a scale of 1 or more, or no knots.
inline Augmentation random_distortion(const Distortion& distortion) {
  for (const float bound :
       {distortion.rotation, distortion.shear, distortion.scale, distortion.shift, distortion.elastic}) {
    if (!(bound >= 0)) throw ValueError("random_distortion: a bound is at least 0, got " + std::to_string(bound));
  }
  if (distortion.scale >= 1) {
    throw ValueError("random_distortion: the scale is below 1, got " + std::to_string(distortion.scale));
  }
  if (distortion.knots < 1) {
    throw ValueError("random_distortion: expected at least 1 knot, got " + std::to_string(distortion.knots));
  }
  return [distortion](std::span<float> values, const Shape& image, Rng& rng) {
    const auto drawn = [&](float bound) { return rng.uniform(-bound, bound); };
    const float angle = drawn(distortion.rotation) * std::numbers::pi_v<float> / 180;
    const float shear = drawn(distortion.shear);
    const float height = 1 + drawn(distortion.scale);
    const float width = 1 + drawn(distortion.scale);
    const float down = drawn(distortion.shift);
    const float right = drawn(distortion.shift);
    const detail::ElasticField field(distortion, image, rng);

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
