#pragma once

#include <inkling/data/wear.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// A smooth random surface between about -1 and 1, with bumps about `size` pixels apart, as a sum of four waves.
class SmoothNoise {
 public:
  SmoothNoise(float size, Rng& rng) {
    for (Wave& wave : waves_) {
      const float angle = rng.uniform(0, 2 * std::numbers::pi_v<float>);
      const float frequency = std::numbers::pi_v<float> / size * rng.uniform(0.6F, 1.6F);
      wave = {frequency * std::cos(angle), frequency * std::sin(angle), rng.uniform(0, 2 * std::numbers::pi_v<float>)};
    }
  }
  float at(float x, float y) const {
    float sum = 0;
    for (const Wave& wave : waves_) sum += std::sin(wave.across * x + wave.down * y + wave.phase);
    return sum / 2;
  }

 private:
  struct Wave {
    float across, down, phase;
  };
  std::array<Wave, 4> waves_{};
};

}  // namespace detail

INKLING_INLINE void press_unevenly(Sheet& sheet, float depth, Rng& rng) {
  const detail::SmoothNoise pressure(sheet.size / 4, rng);
  for (Index y = 0; y < sheet.height(); ++y) {
    for (Index x = 0; x < sheet.width(); ++x) {
      if (!(sheet.ink(x, y) > 0)) continue;
      const float lack = std::clamp(0.5F + pressure.at(static_cast<float>(x), static_cast<float>(y)), 0.0F, 1.0F);
      sheet.ink(x, y) *= 1 - depth * lack;
    }
  }
}

INKLING_INLINE void add_grain(Sheet& sheet, float amount, Rng& rng) {
  for (float& ink : sheet.ink.reshaped()) {
    if (ink > 0) ink *= 1 - amount * rng.uniform();
  }
}

INKLING_INLINE void light_unevenly(Sheet& sheet, float depth, Rng& rng) {
  const auto width = static_cast<float>(sheet.width());
  const auto height = static_cast<float>(sheet.height());
  const float angle = rng.uniform(0, 2 * std::numbers::pi_v<float>);
  const float bend = rng.uniform(-0.5F, 0.5F);
  for (Index y = 0; y < sheet.height(); ++y) {
    for (Index x = 0; x < sheet.width(); ++x) {
      const float u = static_cast<float>(x) / width - 0.5F;
      const float v = static_cast<float>(y) / height - 0.5F;
      const float along = u * std::cos(angle) + v * std::sin(angle);
      const float place = std::clamp(0.5F + 0.7F * along + bend * (along * along - 0.25F), 0.0F, 1.0F);
      sheet.paper(x, y) *= 1 - depth * place;
    }
  }
}

INKLING_INLINE void add_texture(Sheet& sheet, float depth, float size, Rng& rng) {
  const detail::SmoothNoise blotches(size, rng);
  for (Index y = 0; y < sheet.height(); ++y) {
    for (Index x = 0; x < sheet.width(); ++x) {
      const float bump = blotches.at(static_cast<float>(x), static_cast<float>(y));
      sheet.paper(x, y) *= 1 - depth * std::clamp(bump, 0.0F, 1.0F);
    }
  }
}

INKLING_INLINE void add_print_through(Sheet& sheet, const Sheet& back, float depth) {
  sheet.paper.array() *= 1 - depth * back.ink.colwise().reverse().array();
}

}  // namespace inkling::inline INKLING_ABI
