#pragma once

#include <inkling/data/capture.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Matrix photographed(const Sheet& sheet) {
  return sheet.paper.array() * (1 - sheet.strength * sheet.ink.array());
}

INKLING_INLINE void defocus(Matrix& picture, float side, int times) {
  const Index width = picture.rows();
  const Index height = picture.cols();
  if (width < 3 || height < 3) return;
  Matrix before;
  for (int i = 0; i < times; ++i) {
    before = picture;
    picture.middleRows(1, width - 2) +=
        side * (before.topRows(width - 2) + before.bottomRows(width - 2) - 2 * before.middleRows(1, width - 2));
    before = picture;
    picture.middleCols(1, height - 2) +=
        side * (before.leftCols(height - 2) + before.rightCols(height - 2) - 2 * before.middleCols(1, height - 2));
  }
}

INKLING_INLINE void add_noise(Matrix& picture, float deviation, Rng& rng) {
  const float bound = deviation * std::sqrt(3.0F);
  for (float& value : picture.reshaped()) value += rng.uniform(-bound, bound);
}

INKLING_INLINE void add_specks(Matrix& picture, float chance, float darkness, Rng& rng) {
  for (float& value : picture.reshaped()) {
    if (rng.uniform() < chance) value *= 1 - darkness;
  }
}

INKLING_INLINE void compress_blocks(Matrix& picture, float step) {
  using Block = Eigen::Matrix<float, 8, 8>;
  static const Block basis = [] {
    Block cosines;
    for (int k = 0; k < 8; ++k) {
      for (int i = 0; i < 8; ++i) {
        const float angle = (2 * static_cast<float>(i) + 1) * static_cast<float>(k) * std::numbers::pi_v<float> / 16;
        cosines(k, i) = std::sqrt((k == 0 ? 1.0F : 2.0F) / 8) * std::cos(angle);
      }
    }
    return cosines;
  }();
  for (Index y = 0; y + 8 <= picture.cols(); y += 8) {
    for (Index x = 0; x + 8 <= picture.rows(); x += 8) {
      Block frequencies = basis * picture.block<8, 8>(x, y) * basis.transpose();
      for (int v = 0; v < 8; ++v) {
        for (int u = 0; u < 8; ++u) {
          const float unit = step * (1 + 3 * static_cast<float>(u + v) / 14);
          frequencies(u, v) = std::round(frequencies(u, v) / unit) * unit;
        }
      }
      picture.block<8, 8>(x, y) = basis.transpose() * frequencies * basis;
    }
  }
}

INKLING_INLINE void make_one_bit(Matrix& picture, float threshold) {
  picture = (picture.array() > threshold).cast<float>();
}

INKLING_INLINE Pixels to_bytes(const Matrix& picture) {
  return (picture.array().max(0.0F).min(1.0F) * 255 + 0.5F).cast<std::uint8_t>();
}

}  // namespace inkling::inline INKLING_ABI
