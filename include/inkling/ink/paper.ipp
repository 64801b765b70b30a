#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/ink/otsu.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>
#include <inkling/picture/row_filter.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <utility>
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
  // Most pixels are paper: they are counted eight at once. Counting the others in turns spares each the wait for the
  // count of the one before.
  constexpr std::size_t together = 8;
  constexpr std::uint64_t each_byte = 0x0101010101010101;
  std::array<std::array<std::uint32_t, 256>, together> counts{};
  std::size_t i = 0;
  for (; i + together <= values.size(); i += together) {
    std::uint64_t word = 0;
    std::memcpy(&word, &values[i], together);
    if (word == values[i] * each_byte) {
      counts[0][values[i]] += together;
    } else {
      for (std::size_t k = 0; k < together; ++k) ++counts[k][values[i + k]];
    }
  }
  for (; i < values.size(); ++i) ++counts[0][values[i]];
  std::array<std::uint32_t, 256> sum{};
  for (std::size_t level = 0; level < sum.size(); ++level) {
    for (const auto& part : counts) sum[level] += part[level];
  }
  return sum;
}

/// The powers 0 .. 4 of the places of the pixels along an axis; power k of pixel i stands at k * count + i.
inline std::vector<float> position_powers(Index count) {
  std::vector<float> powers(static_cast<std::size_t>(5 * count), 1);
  for (Index i = 0; i < count; ++i) {
    const float place = Paper::position(i, count);
    for (Index at = count + i; at < 5 * count; at += count) {
      powers[static_cast<std::size_t>(at)] = powers[static_cast<std::size_t>(at - count)] * place;
    }
  }
  return powers;
}

/// A square system of equations of the six coefficients. The matrix is symmetric; its lower triangle is used.
struct NormalEquations {
  std::array<std::array<double, 6>, 6> matrix{};
  std::array<double, 6> right{};

  /// Cholesky's way. Requires: the matrix is positive definite.
  std::array<double, 6> solve() && {
    for (std::size_t i = 0; i < 6; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = matrix[i][j];
        for (std::size_t k = 0; k < j; ++k) sum -= matrix[i][k] * matrix[j][k];
        matrix[i][j] = i == j ? std::sqrt(sum) : sum / matrix[j][j];
      }
      for (std::size_t k = 0; k < i; ++k) right[i] -= matrix[i][k] * right[k];
      right[i] /= matrix[i][i];
    }
    for (std::size_t i = 6; i-- > 0;) {
      for (std::size_t k = i + 1; k < 6; ++k) right[i] -= matrix[k][i] * right[k];
      right[i] /= matrix[i][i];
    }
    return right;
  }
};

/// Fits surfaces to the pixels of one picture, whichever of them count. Plain loops over floats, as a program that
/// reads one picture has to compile this.
class SurfaceFit {
 public:
  explicit SurfaceFit(const GreyImage& image)
      : width_(image.width()),
        height_(image.height()),
        levels_(image.values().begin(), image.values().end()),
        across_(position_powers(width_)),
        down_(position_powers(height_)),
        columns_(static_cast<std::size_t>(width_)) {}

  const std::vector<float>& levels() const noexcept { return levels_; }

  /// The least-squares surface through the pixels where `weights` is 1 and not 0.
  Paper fit(const std::vector<float>& weights) {
    constexpr std::array<std::size_t, 6> u_power{0, 1, 0, 2, 1, 0};
    constexpr std::array<std::size_t, 6> v_power{0, 0, 1, 0, 1, 2};
    std::vector<float> weighted(levels_.size());
    for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] = levels_[i] * weights[i];
    const Sums moments = sums(weights, 5);
    const Sums targets = sums(weighted, 3);
    NormalEquations equations;
    for (std::size_t i = 0; i < 6; ++i) {
      equations.right[i] = targets[u_power[i]][v_power[i]];
      for (std::size_t j = 0; j < 6; ++j) {
        equations.matrix[i][j] = moments[u_power[i] + u_power[j]][v_power[i] + v_power[j]];
      }
    }
    // A slight pull towards a flat sheet decides what few pixels leave open.
    for (std::size_t i = 1; i < 6; ++i) equations.matrix[i][i] += 1e-3 * equations.matrix[0][0];
    const std::array<double, 6> solution = std::move(equations).solve();
    Paper paper;
    for (std::size_t i = 0; i < 6; ++i) paper.coefficients[i] = static_cast<float>(solution[i]);
    return paper;
  }

  /// What the pixels are lighter than the surface.
  void subtract(const Paper& paper, std::vector<float>& residuals) const {
    residuals.resize(levels_.size());
    std::vector<float> white;
    for (Index y = 0; y < height_; ++y) {
      paper.row(y, width_, height_, white);
      const std::size_t first = static_cast<std::size_t>(y * width_);
      for (std::size_t x = 0; x < white.size(); ++x) residuals[first + x] = levels_[first + x] - white[x];
    }
  }

 private:
  using Sums = std::array<std::array<double, 5>, 5>;

  /// Sums of values u^i v^j for i, j < powers: first down the columns, then across them.
  Sums sums(const std::vector<float>& values, std::size_t powers) {
    Sums result{};
    for (std::size_t j = 0; j < powers; ++j) {
      const std::span<const float> of_rows(down_.data() + static_cast<Index>(j) * height_,
                                           static_cast<std::size_t>(height_));
      filter_row<WeightedSum>(values.data(), width_, of_rows, columns_.data(), width_);
      for (std::size_t i = 0; i < powers; ++i) {
        const float* const of_columns = across_.data() + static_cast<Index>(i) * width_;
        for (std::size_t x = 0; x < columns_.size(); ++x) {
          result[i][j] += static_cast<double>(of_columns[x]) * static_cast<double>(columns_[x]);
        }
      }
    }
    return result;
  }

  Index width_;
  Index height_;
  std::vector<float> levels_;
  std::vector<float> across_;
  std::vector<float> down_;
  std::vector<float> columns_;
};

}  // namespace detail

INKLING_INLINE GreyImage inverted(GreyImage image) {
  for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(255 - value);
  return image;
}

INKLING_INLINE int median_level(std::span<const std::uint32_t> histogram) noexcept {
  const std::uint64_t count = std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
  std::size_t median = 0;
  if (count == 0) return 0;
  for (std::uint64_t seen = histogram[0]; 2 * seen < count; seen += histogram[median]) ++median;
  return static_cast<int>(median);
}

INKLING_INLINE bool has_light_ink(const GreyImage& image, int paper) noexcept {
  if (image.empty()) return false;
  std::uint8_t darkest = 255;
  std::uint8_t lightest = 0;
  for (const std::uint8_t value : image.values()) {
    darkest = std::min(darkest, value);
    lightest = std::max(lightest, value);
  }
  return lightest - paper > paper - darkest;
}

INKLING_INLINE bool has_light_ink(const GreyImage& image) noexcept {
  if (image.empty()) return false;
  std::array<std::uint32_t, 256> border{};
  for (Index x = 0; x < image.width(); ++x) {
    ++border[image(x, 0)];
    ++border[image(x, image.height() - 1)];
  }
  for (Index y = 0; y < image.height(); ++y) {
    ++border[image(0, y)];
    ++border[image(image.width() - 1, y)];
  }
  const double dark = std::accumulate(border.begin(), border.begin() + 128, 0.0);
  const double light = std::accumulate(border.begin() + 128, border.end(), 0.0);
  const auto counts = detail::histogram(image.values());
  constexpr std::ptrdiff_t extreme = 32;  // grey levels that count as black or white
  const double between = std::accumulate(counts.begin() + extreme, counts.end() - extreme, 0.0);
  if (10 * between < static_cast<double>(image.size()) && 3 * dark > light && 3 * light > dark) {
    const Index right = image.width() - 1;
    const Index bottom = image.height() - 1;
    const int dark_corners =
        (image(0, 0) < 128) + (image(right, 0) < 128) + (image(0, bottom) < 128) + (image(right, bottom) < 128);
    if (dark_corners != 2) return dark_corners > 2;
  }
  return has_light_ink(image, median_level(border));
}

INKLING_INLINE Paper fit_paper(const GreyImage& image) {
  require<ShapeError>(!image.empty(), "fit_paper: the picture is empty");
  constexpr int turns = 6;
  constexpr float quantisation = 1;  // grey levels that even a clean picture differs from a surface
  detail::SurfaceFit surface(image);
  std::vector<float> weights(surface.levels().size());
  const auto mark_above = [&weights](const std::vector<float>& values, float limit) {
    std::uint32_t changed = 0;  // as wide as a float, so that the compiler takes many at once
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float weight = values[i] > limit ? 1.0F : 0.0F;
      changed |= weight != weights[i] ? 1U : 0U;
      weights[i] = weight;
    }
    return changed != 0;
  };
  // Without a pixel above the threshold, the picture has one level only.
  const auto threshold = static_cast<float>(otsu_threshold(detail::histogram(image.values())));
  if (!mark_above(surface.levels(), threshold)) weights.assign(weights.size(), 1);

  Paper paper;
  std::vector<float> residuals;
  for (int turn = 0; turn < turns; ++turn) {
    paper = surface.fit(weights);
    surface.subtract(paper, residuals);
    // The noise is measured above the surface, where no ink disturbs it.
    float above = 0;
    float squares = 0;
    for (const float residual : residuals) {
      const float lighter = std::max(residual, 0.0F);
      above += residual > 0 ? 1.0F : 0.0F;
      squares += lighter * lighter;
    }
    const float noise = above > 0 ? std::sqrt(squares / above) : 0;
    if (!mark_above(residuals, -2 * noise - quantisation)) break;
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
