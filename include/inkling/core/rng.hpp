#pragma once

#include <inkling/core/config.hpp>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>
#include <utility>

namespace inkling::inline INKLING_ABI {

/// Seeded random generator with the same numbers on every platform: PCG32 (O'Neill 2014, "PCG: A Family of Simple Fast
/// Space-Efficient Statistically Good Algorithms for Random Number Generation"). The standard library's distributions
/// are not used because their results differ between implementations.
///
/// Seeds belong to a unit of work, never to a thread: `Rng(derive_seed(seed, {epoch, sample}))` gives the same numbers
/// whichever thread does the work.
class Rng {
 public:
  explicit Rng(std::uint64_t seed = 0) noexcept : state_(0) {
    next();
    state_ += mix(seed);
    next();
  }

  /// 32 uniformly random bits.
  std::uint32_t next() noexcept {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto shifted = static_cast<std::uint32_t>(((old >> 18U) ^ old) >> 27U);
    const auto rotation = static_cast<std::uint32_t>(old >> 59U);
    return (shifted >> rotation) | (shifted << ((32U - rotation) & 31U));
  }

  /// Uniform in [0, 1) with 24 bits.
  float uniform() noexcept { return static_cast<float>(next() >> 8U) * 0x1.0p-24F; }

  /// Uniform in [low, high); rounding may give `high` itself.
  float uniform(float low, float high) noexcept { return low + (high - low) * uniform(); }

  /// Uniform in {0, ..., count - 1} without bias (Lemire 2019, arXiv:1805.10941). Requires: count > 0.
  std::uint32_t below(std::uint32_t count) noexcept {
    std::uint64_t product = std::uint64_t{next()} * count;
    if (static_cast<std::uint32_t>(product) < count) {
      const std::uint32_t threshold = (0U - count) % count;
      while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{next()} * count;
    }
    return static_cast<std::uint32_t>(product >> 32U);
  }

  /// Standard normal (Box and Muller 1958).
  float normal() noexcept {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - static_cast<double>(uniform())));
    return static_cast<float>(radius * std::cos(2.0 * std::numbers::pi * static_cast<double>(uniform())));
  }

  /// Fisher-Yates shuffle.
  template <typename T>
  void shuffle(std::span<T> items) noexcept {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
  }

  /// SplitMix64's finaliser: spreads neighbouring seeds over the whole range.
  static std::uint64_t mix(std::uint64_t value) noexcept {
    value += 0x9E3779B97F4A7C15ULL;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
  }

 private:
  std::uint64_t state_;
};

/// The seed of one unit of work: `derive_seed(seed, {epoch, sample})`.
inline std::uint64_t derive_seed(std::uint64_t seed, std::initializer_list<std::uint64_t> unit) noexcept {
  for (const std::uint64_t part : unit) seed = Rng::mix(seed ^ Rng::mix(part));
  return seed;
}

}  // namespace inkling::inline INKLING_ABI
