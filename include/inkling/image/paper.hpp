#pragma once

#include <inkling/image/grey_image.hpp>
#include <inkling/image/otsu.hpp>
#include <inkling/image/resize.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace inkling {

/// The brightness of the paper behind the ink, as a smooth surface: lamps and shadows change slowly over a page, so a
/// quadratic carries them, and unlike a local filter it cannot take a thick stroke for paper.
///
///     white(u, v) = c0 + c1 u + c2 v + c3 u^2 + c4 uv + c5 v^2 grey levels; u and v run from -1 to 1 over the picture
struct Paper {
  std::array<float, 6> coefficients{};

  /// The surface along one row of a picture of any size. Result: width values.
  void row(Index y, Index width, Index height, std::vector<float>& white) const {
    const float v = position(y, height);
    const auto& c = coefficients;
    const float constant = c[0] + v * (c[2] + v * c[5]);
    const float linear = c[1] + v * c[4];
    white.resize(static_cast<std::size_t>(width));
    for (Index x = 0; x < width; ++x) {
      const float u = position(x, width);
      white[static_cast<std::size_t>(x)] = constant + u * (linear + u * c[3]);
    }
  }

  /// The centre of a pixel from -1 to 1.
  static float position(Index i, Index count) noexcept {
    return (2 * static_cast<float>(i) + 1) / static_cast<float>(count) - 1;
  }
};

namespace detail {

inline std::array<std::uint32_t, 256> histogram(std::span<const std::uint8_t> values) noexcept {
  std::array<std::uint32_t, 256> counts{};
  for (const std::uint8_t value : values) ++counts[value];
  return counts;
}

/// The least-squares surface through the pixels where `weights` is 1. weights: as the picture, 0 or 1.
inline Paper fit_surface(const GreyImage& image, const FloatImage& weights) {
  Eigen::Matrix<double, 6, 6> normal = Eigen::Matrix<double, 6, 6>::Zero();
  Eigen::Matrix<double, 6, 1> right = Eigen::Matrix<double, 6, 1>::Zero();
  for (Index y = 0; y < image.height(); ++y) {
    // The sums of a row over u^0 .. u^4, and over the grey level times u^0 .. u^2, are all that its pixels contribute.
    std::array<float, 5> powers{};
    std::array<float, 3> levels{};
    for (Index x = 0; x < image.width(); ++x) {
      const float weight = weights(x, y);
      const float u = Paper::position(x, image.width());
      const float level = weight * static_cast<float>(image(x, y));
      powers[0] += weight;
      powers[1] += weight * u;
      powers[2] += weight * u * u;
      powers[3] += weight * u * u * u;
      powers[4] += weight * u * u * u * u;
      levels[0] += level;
      levels[1] += level * u;
      levels[2] += level * u * u;
    }
    const double v = static_cast<double>(Paper::position(y, image.height()));
    constexpr std::array<int, 6> u_power{0, 1, 0, 2, 1, 0};
    const std::array<double, 6> v_power{1, 1, v, 1, v, v * v};
    for (std::size_t i = 0; i < 6; ++i) {
      right[static_cast<Index>(i)] += v_power[i] * static_cast<double>(levels[static_cast<std::size_t>(u_power[i])]);
      for (std::size_t j = 0; j < 6; ++j) {
        normal(static_cast<Index>(i), static_cast<Index>(j)) +=
            v_power[i] * v_power[j] * static_cast<double>(powers[static_cast<std::size_t>(u_power[i] + u_power[j])]);
      }
    }
  }
  // A slight pull towards a flat sheet decides what few pixels leave open.
  for (int i = 1; i < 6; ++i) normal(i, i) += 1e-3 * normal(0, 0);
  const Eigen::Matrix<double, 6, 1> solution = normal.ldlt().solve(right);
  Paper paper;
  for (std::size_t i = 0; i < 6; ++i) paper.coefficients[i] = static_cast<float>(solution[static_cast<Index>(i)]);
  return paper;
}

}  // namespace detail

/// The picture with black for white.
inline GreyImage inverted(GreyImage image) {
  for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(255 - value);
  return image;
}

/// The grey level that half of the counted pixels do not exceed.
inline int median_level(std::span<const std::uint32_t> histogram) noexcept {
  const std::uint64_t count = std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
  std::size_t median = 0;
  for (std::uint64_t seen = histogram[0]; 2 * seen < count; seen += histogram[median]) ++median;
  return static_cast<int>(median);
}

/// True when the ink is lighter than the paper, whose level is given: what differs most from paper is ink.
inline bool has_light_ink(const GreyImage& image, int paper) noexcept {
  const auto [darkest, lightest] = std::minmax_element(image.values().begin(), image.values().end());
  return *lightest - paper > paper - *darkest;
}

/// The same when the border of the picture is paper.
inline bool has_light_ink(const GreyImage& image) noexcept {
  std::array<std::uint32_t, 256> border{};
  for (Index x = 0; x < image.width(); ++x) {
    ++border[image(x, 0)];
    ++border[image(x, image.height() - 1)];
  }
  for (Index y = 0; y < image.height(); ++y) {
    ++border[image(0, y)];
    ++border[image(image.width() - 1, y)];
  }
  return has_light_ink(image, median_level(border));
}

/// Fits the paper of a picture with dark ink by least squares over the pixels that are not ink, which are found in
/// turns: first by Otsu's threshold, then by their distance from the surface. A small picture is enough.
inline Paper fit_paper(const GreyImage& image) {
  constexpr int turns = 6;
  constexpr float quantisation = 1;  // grey levels that even a clean picture differs from a surface
  const std::size_t threshold = otsu_threshold(detail::histogram(image.values()));
  FloatImage weights(image.width(), image.height());
  std::transform(image.values().begin(), image.values().end(), weights.values().begin(),
                 [&](std::uint8_t value) { return value > threshold ? 1.0F : 0.0F; });
  if (std::find(weights.values().begin(), weights.values().end(), 1.0F) == weights.values().end()) {
    std::fill(weights.values().begin(), weights.values().end(), 1.0F);  // the picture has one level only
  }

  Paper paper;
  std::vector<float> white;
  FloatImage residuals(image.width(), image.height());
  for (int turn = 0; turn < turns; ++turn) {
    paper = detail::fit_surface(image, weights);

    // The noise is measured above the surface, where no ink disturbs it.
    double squares = 0;
    double above = 0;
    for (Index y = 0; y < image.height(); ++y) {
      paper.row(y, image.width(), image.height(), white);
      for (Index x = 0; x < image.width(); ++x) {
        const float residual = static_cast<float>(image(x, y)) - white[static_cast<std::size_t>(x)];
        residuals(x, y) = residual;
        if (residual > 0) {
          squares += static_cast<double>(residual * residual);
          ++above;
        }
      }
    }
    const float lowest = -2 * static_cast<float>(above > 0 ? std::sqrt(squares / above) : 0) - quantisation;
    bool changed = false;
    for (std::size_t i = 0; i < residuals.values().size(); ++i) {
      const float weight = residuals.values()[i] > lowest ? 1.0F : 0.0F;
      changed = changed || weight != weights.values()[i];
      weights.values()[i] = weight;
    }
    if (!changed) break;
  }
  return paper;
}

/// The share of light that the ink takes from the paper: 1 is black, and below 0 lie pixels lighter than the paper.
/// Shape: as the picture, whose ink is dark.
inline FloatImage ink_on_paper(const GreyImage& image, const Paper& paper) {
  constexpr float darkest_paper = 16;  // grey levels; below it a ratio would amplify noise
  FloatImage ink(image.width(), image.height());
  std::vector<float> white;
  for (Index y = 0; y < image.height(); ++y) {
    paper.row(y, image.width(), image.height(), white);
    const std::uint8_t* source = image.row(y);
    float* target = ink.row(y);
    for (Index x = 0; x < image.width(); ++x) {
      target[x] = 1 - static_cast<float>(source[x]) / std::max(darkest_paper, white[static_cast<std::size_t>(x)]);
    }
  }
  return ink;
}

}  // namespace inkling
