#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/ink/otsu.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>
#include <inkling/picture/row_filter.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void Paper::row(Index y, Index width, Index height, std::vector<float>& white) const {
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

namespace detail {

INKLING_INLINE std::array<std::uint32_t, 256> histogram(std::span<const std::uint8_t> values) noexcept {
  // Most pixels are paper. Counting them in turns spares each the wait for the count of the one before.
  std::array<std::array<std::uint32_t, 256>, 8> counts{};
  for (std::size_t i = 0; i < values.size(); ++i) ++counts[i % 8][values[i]];
  std::array<std::uint32_t, 256> sum{};
  for (std::size_t level = 0; level < sum.size(); ++level) {
    for (const auto& part : counts) sum[level] += part[level];
  }
  return sum;
}

/// The powers 0, 1, .. of a pixel's position along an axis. Result: count x 5.
inline Eigen::Matrix<float, Eigen::Dynamic, 5> position_powers(Index count) {
  Eigen::Matrix<float, Eigen::Dynamic, 5> powers(count, 5);
  for (Index i = 0; i < count; ++i) {
    powers(i, 0) = 1;
    for (Index k = 1; k < 5; ++k) powers(i, k) = powers(i, k - 1) * Paper::position(i, count);
  }
  return powers;
}

/// The least-squares surface through the pixels where `weights` is 1. levels, weights: width x height, weights 0 or 1;
/// across, down: position_powers of both.
inline Paper fit_surface(const Matrix& levels, const Matrix& weights,
                         const Eigen::Matrix<float, Eigen::Dynamic, 5>& across,
                         const Eigen::Matrix<float, Eigen::Dynamic, 5>& down) {
  // Sums of weight u^i v^j, and of weight level u^i v^j: first down the columns, then across them.
  const auto sums = [&](const Matrix& values, Index powers) {
    Matrix columns(values.rows(), powers);
    for (Index k = 0; k < powers; ++k) {
      const std::span weights_of_rows(down.col(k).data(), static_cast<std::size_t>(down.rows()));
      filter_row<WeightedSum>(values.data(), values.rows(), weights_of_rows, columns.col(k).data(), values.rows());
    }
    return Matrix(across.leftCols(powers).transpose().lazyProduct(columns));
  };
  const Matrix moments = sums(weights, 5);
  const Matrix targets = sums(levels.cwiseProduct(weights), 3);

  constexpr std::array<Index, 6> u_power{0, 1, 0, 2, 1, 0};
  constexpr std::array<Index, 6> v_power{0, 0, 1, 0, 1, 2};
  Eigen::Matrix<double, 6, 6> normal;
  Eigen::Matrix<double, 6, 1> right;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto row = static_cast<Index>(i);
    right[row] = static_cast<double>(targets(u_power[i], v_power[i]));
    for (std::size_t j = 0; j < 6; ++j) {
      normal(row, static_cast<Index>(j)) =
          static_cast<double>(moments(u_power[i] + u_power[j], v_power[i] + v_power[j]));
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

INKLING_INLINE GreyImage inverted(GreyImage image) {
  for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(255 - value);
  return image;
}

INKLING_INLINE int median_level(std::span<const std::uint32_t> histogram) noexcept {
  const std::uint64_t count = std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
  std::size_t median = 0;
  for (std::uint64_t seen = histogram[0]; 2 * seen < count; seen += histogram[median]) ++median;
  return static_cast<int>(median);
}

INKLING_INLINE bool has_light_ink(const GreyImage& image, int paper) noexcept {
  std::uint8_t darkest = 255;
  std::uint8_t lightest = 0;
  for (const std::uint8_t value : image.values()) {
    darkest = std::min(darkest, value);
    lightest = std::max(lightest, value);
  }
  return lightest - paper > paper - darkest;
}

INKLING_INLINE bool has_light_ink(const GreyImage& image) noexcept {
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

INKLING_INLINE Paper fit_paper(const GreyImage& image) {
  constexpr int turns = 6;
  constexpr float quantisation = 1;  // grey levels that even a clean picture differs from a surface
  const Matrix levels = Eigen::Map<const Pixels>(image.row(0), image.width(), image.height()).cast<float>();
  const auto across = detail::position_powers(image.width());
  const auto down = detail::position_powers(image.height());
  const auto threshold = static_cast<float>(otsu_threshold(detail::histogram(image.values())));
  Matrix weights(image.width(), image.height());
  const auto mark_above = [&weights](const Matrix& values, float limit) {
    std::transform(values.data(), values.data() + values.size(), weights.data(),
                   [limit](float value) { return value > limit ? 1.0F : 0.0F; });
  };
  mark_above(levels, threshold);
  if (weights.maxCoeff() == 0) weights.setOnes();  // the picture has one level only

  Paper paper;
  for (int turn = 0; turn < turns; ++turn) {
    paper = detail::fit_surface(levels, weights, across, down);
    const auto& c = paper.coefficients;
    const Eigen::Matrix3f surface{{c[0], c[2], c[5]}, {c[1], c[4], 0}, {c[3], 0, 0}};
    const Matrix residuals = levels - across.leftCols<3>() * (surface * down.leftCols<3>().transpose());

    // The noise is measured above the surface, where no ink disturbs it.
    const auto above = static_cast<float>(std::count_if(residuals.data(), residuals.data() + residuals.size(),
                                                        [](float residual) { return residual > 0; }));
    const float noise = above > 0 ? std::sqrt(residuals.cwiseMax(0).squaredNorm() / above) : 0;
    const Matrix before = weights;
    mark_above(residuals, -2 * noise - quantisation);
    if (weights == before) break;
  }
  return paper;
}

INKLING_INLINE FloatImage ink_on_paper(const GreyImage& image, const Paper& paper) {
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

}  // namespace inkling::inline INKLING_ABI
