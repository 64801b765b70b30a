#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace inkling::test {

/// Standard normal values.
template <typename S>
MatrixOf<S> random_matrix(Index rows, Index columns, std::uint64_t seed) {
  MatrixOf<S> matrix(rows, columns);
  Rng rng(seed);
  for (S& value : matrix.reshaped()) value = static_cast<S>(rng.normal());
  return matrix;
}

/// Bytes, each as likely as another.
inline Pixels random_pixels(Index rows, Index columns, std::uint64_t seed) {
  Pixels pixels(rows, columns);
  Rng rng(seed);
  for (std::uint8_t& pixel : pixels.reshaped()) pixel = static_cast<std::uint8_t>(rng.below(256));
  return pixels;
}

/// Whole numbers from -4 to 4: sums of their products are exact in any order, so that a fast kernel must agree with a
/// naive one to the bit.
template <typename S>
MatrixOf<S> random_integers(Index rows, Index columns, std::uint64_t seed) {
  MatrixOf<S> matrix(rows, columns);
  Rng rng(seed);
  for (S& value : matrix.reshaped()) value = static_cast<S>(static_cast<int>(rng.below(9)) - 4);
  return matrix;
}

/// The same in memory of exactly `size` values, so that a sanitiser sees any read beyond it.
template <typename S>
std::vector<S> random_integers(Index size, std::uint64_t seed) {
  const MatrixOf<S> values = random_integers<S>(size, 1, seed);
  return {values.data(), values.data() + size};
}

}  // namespace inkling::test
