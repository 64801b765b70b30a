#pragma once

#include <inkling/data/detail/elastic_field.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE ElasticField::ElasticField(float deviation, Index knots, const Shape& image, Rng& rng)
    : knots_(knots),
      cell_height_(static_cast<float>(image.height) / static_cast<float>(knots_)),
      cell_width_(static_cast<float>(image.width) / static_cast<float>(knots_)),
      values_(static_cast<std::size_t>((knots_ + 3) * (knots_ + 3))) {
  // Along either axis the spline leaves 151/315 of the variance: the mean over a cell of its squared weights' sum.
  const float at_knots = deviation * 315 / 151;
  for (auto& value : values_) {
    for (float& component : value) component = at_knots * rng.normal();
  }
}

/// The four knots around a place along one axis.
struct SplineWeights {
  std::size_t first;  // knot
  std::array<float, 4> of;
};

inline SplineWeights spline_weights(float place) {
  const float floor = std::floor(place);
  const float t = place - floor;
  const float s = 1 - t;
  return {static_cast<std::size_t>(floor),
          {s * s * s / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6, t * t * t / 6}};
}

INKLING_INLINE std::array<float, 2> ElasticField::at(Index y, Index x) const {
  const auto [row, down] = spline_weights((static_cast<float>(y) + 0.5F) / cell_height_);
  const auto [column, across] = spline_weights((static_cast<float>(x) + 0.5F) / cell_width_);
  std::array<float, 2> sum{};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const auto& value = values_[(row + i) * static_cast<std::size_t>(knots_ + 3) + column + j];
      for (std::size_t k = 0; k < 2; ++k) sum[k] += down[i] * across[j] * value[k];
    }
  }
  return sum;
}

}  // namespace inkling::inline INKLING_ABI::detail
