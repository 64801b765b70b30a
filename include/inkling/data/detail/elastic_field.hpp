#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>

#include <array>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// A smooth random displacement: normal values at knots, and the uniform cubic B-spline between them.
class ElasticField {
 public:
  /// deviation: of the displacement, in pixels; knots: along each axis.
  ElasticField(float deviation, Index knots, const Shape& image, Rng& rng);

  /// Displacement (down, right) of row y, column x.
  std::array<float, 2> at(Index y, Index x) const;

 private:
  Index knots_;
  float cell_height_, cell_width_;
  std::vector<std::array<float, 2>> values_;
};

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/data/detail/elastic_field.ipp>
#endif
