#pragma once

#include <inkling/core/matrix.hpp>

#include <cstdint>

namespace inkling::test {

/// The generator of the scripts beside this file, so that golden values do not depend on the library's own.
class Lcg {
 public:
  explicit Lcg(std::uint32_t seed) noexcept : state_(seed) {}

  std::uint32_t next() noexcept { return state_ = state_ * 1664525U + 1013904223U; }
  std::uint8_t byte() noexcept { return static_cast<std::uint8_t>(next() >> 24U); }

  /// Adds to every value, in the order of memory, a multiple of 2^-24 between -scale / 2 and scale / 2.
  template <typename S>
  void add_to(MatrixOf<S>& matrix, double scale) noexcept {
    for (S& value : matrix.reshaped()) value += static_cast<S>((next() >> 8U) * 0x1p-24 - 0.5) * static_cast<S>(scale);
  }

 private:
  std::uint32_t state_;
};

}  // namespace inkling::test
