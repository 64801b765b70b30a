#pragma once

#include <inkling/form/registration/block_matching.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// Least deviation of a block's ink from its mean, in grey levels, that makes it worth looking for.
inline constexpr double least_deviation = 9;

INKLING_INLINE std::int32_t product(const std::int16_t* a, const std::int16_t* b, Index count) noexcept {
  std::int32_t sum = 0;
  for (Index i = 0; i < count; ++i) sum += static_cast<std::int32_t>(a[i]) * b[i];
  return sum;
}

/// Sums of values and of squares over any rectangle, by integrals.
class BlockSums {
 public:
  explicit BlockSums(const Image<std::int16_t>& image)
      : stride_(image.width() + 1),
        sums_(static_cast<std::size_t>(stride_ * (image.height() + 1))),
        squares_(sums_.size()) {
    for (Index y = 0; y < image.height(); ++y) {
      const std::int16_t* row = image.row(y);
      std::int64_t sum = 0;
      std::int64_t square = 0;
      for (Index x = 0; x < image.width(); ++x) {
        sum += row[x];
        square += static_cast<std::int64_t>(row[x]) * row[x];
        const auto at = static_cast<std::size_t>((y + 1) * stride_ + x + 1);
        sums_[at] = sums_[at - static_cast<std::size_t>(stride_)] + sum;
        squares_[at] = squares_[at - static_cast<std::size_t>(stride_)] + square;
      }
    }
  }

  /// The sum of squared differences from the mean.
  double deviation(Index x, Index y, Index side) const noexcept {
    const double sum = static_cast<double>(over(sums_, x, y, side));
    return static_cast<double>(over(squares_, x, y, side)) - sum * sum / static_cast<double>(side * side);
  }

 private:
  std::int64_t over(const std::vector<std::int64_t>& table, Index x, Index y, Index side) const noexcept {
    const auto at = [&](Index u, Index v) { return table[static_cast<std::size_t>(v * stride_ + u)]; };
    return at(x + side, y + side) - at(x, y + side) - at(x + side, y) + at(x, y);
  }

  Index stride_;
  std::vector<std::int64_t> sums_;
  std::vector<std::int64_t> squares_;
};

/// Directions in which the ink of a square changes: 1 along the strongest, less along others.
INKLING_INLINE Eigen::Matrix2d structure(const GreyImage& ink, Index left, Index top, Index side) {
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (Index y = std::max<Index>(1, top); y < std::min(ink.height() - 1, top + side); ++y) {
    for (Index x = std::max<Index>(1, left); x < std::min(ink.width() - 1, left + side); ++x) {
      const double across = static_cast<double>(ink(x + 1, y)) - ink(x - 1, y);
      const double down = static_cast<double>(ink(x, y + 1)) - ink(x, y - 1);
      xx += across * across;
      xy += across * down;
      yy += down * down;
    }
  }
  Eigen::Matrix2d tensor;
  tensor << xx, xy, xy, yy;
  const double half = (xx + yy) / 2;
  const double largest = half + std::sqrt(std::max(0.0, half * half - (xx * yy - xy * xy)));
  return largest > 0 ? Eigen::Matrix2d(tensor / largest) : Eigen::Matrix2d::Zero();
}

/// The place of the peak of a parabola through three values at -1, 0 and 1.
INKLING_INLINE double peak_of(double before, double at, double after) noexcept {
  const double curvature = before - 2 * at + after;
  return curvature < -1e-9 ? std::clamp((before - after) / (2 * curvature), -0.5, 0.5) : 0;
}

}  // namespace detail

INKLING_INLINE BlockGrid::BlockGrid(const GreyImage& ink, double factor, Index side, Index stride)
    : width_(ink.width()), height_(ink.height()), side_(side), factor_(factor) {
  const auto area = static_cast<double>(side * side);
  for (Index top = 0; top + side <= height_; top += stride) {
    for (Index left = 0; left + side <= width_; left += stride) {
      double sum = 0;
      double squares = 0;
      for (Index y = top; y < top + side; ++y) {
        const std::uint8_t* row = ink.row(y) + left;
        for (Index x = 0; x < side; ++x) {
          sum += row[x];
          squares += static_cast<double>(row[x]) * row[x];
        }
      }
      const double deviation = squares - sum * sum / area;
      if (deviation < area * detail::least_deviation * detail::least_deviation) continue;
      const auto mean = static_cast<std::int16_t>(std::lround(sum / area));
      const std::size_t begin = samples_.size();
      for (Index y = top; y < top + side; ++y) {
        const std::uint8_t* row = ink.row(y) + left;
        for (Index x = 0; x < side; ++x) samples_.push_back(static_cast<std::int16_t>(row[x] - mean));
      }
      double norm = 0;
      for (std::size_t i = begin; i < samples_.size(); ++i) norm += static_cast<double>(samples_[i]) * samples_[i];
      blocks_.push_back({left, top, detail::structure(ink, left, top, side), std::sqrt(norm)});
    }
  }
}

INKLING_INLINE GreyImage sample_page(const GreyImage& page, double page_factor, const PageMap& map, double factor,
                                     Index width, Index height, Index margin, std::uint8_t outside) {
  GreyImage result(width + 2 * margin, height + 2 * margin, outside);
  // The map is asked every few pixels and is straight between.
  constexpr Index step = 8;
  const Index columns = (result.width() + step - 1) / step + 1;
  const auto line = [&](Index y) {
    std::vector<Point> points(static_cast<std::size_t>(columns));
    for (Index i = 0; i < columns; ++i) {
      const Point p = map(
          {(static_cast<double>(i * step - margin) + 0.5) * factor, (static_cast<double>(y - margin) + 0.5) * factor});
      points[static_cast<std::size_t>(i)] = {p.x / page_factor - 0.5, p.y / page_factor - 0.5};
    }
    return points;
  };
  std::vector<Point> upper = line(0);
  for (Index top = 0; top < result.height(); top += step) {
    const std::vector<Point> lower = line(top + step);
    const Index bottom = std::min(result.height(), top + step);
    for (Index y = top; y < bottom; ++y) {
      const double v = static_cast<double>(y - top) / step;
      std::uint8_t* out = result.row(y);
      for (Index i = 0; i + 1 < columns; ++i) {
        const auto k = static_cast<std::size_t>(i);
        const auto x0 = static_cast<float>(upper[k].x + v * (lower[k].x - upper[k].x));
        const auto y0 = static_cast<float>(upper[k].y + v * (lower[k].y - upper[k].y));
        const auto x1 = static_cast<float>(upper[k + 1].x + v * (lower[k + 1].x - upper[k + 1].x));
        const auto y1 = static_cast<float>(upper[k + 1].y + v * (lower[k + 1].y - upper[k + 1].y));
        const float dx = (x1 - x0) / step;
        const float dy = (y1 - y0) / step;
        const Index end = std::min(result.width(), (i + 1) * step);
        float px = x0;
        float py = y0;
        for (Index x = i * step; x < end; ++x, px += dx, py += dy) {
          if (!(px >= 0 && py >= 0 && px < static_cast<float>(page.width() - 1) &&
                py < static_cast<float>(page.height() - 1))) {
            continue;
          }
          const auto u = static_cast<Index>(px);
          const auto w = static_cast<Index>(py);
          const float fx = px - static_cast<float>(u);
          const float fy = py - static_cast<float>(w);
          const std::uint8_t* a = page.row(w) + u;
          const std::uint8_t* b = a + page.width();
          const float above = static_cast<float>(a[0]) + fx * static_cast<float>(a[1] - a[0]);
          const float below = static_cast<float>(b[0]) + fx * static_cast<float>(b[1] - b[0]);
          out[x] = static_cast<std::uint8_t>(above + fy * (below - above) + 0.5F);
        }
      }
    }
    upper = lower;
  }
  return result;
}

INKLING_INLINE std::vector<BlockOffset> BlockGrid::find(const GreyImage& page, double page_factor, const PageMap& map,
                                                        Index radius) const {
  const GreyImage seen = sample_page(page, page_factor, map, factor_, width_, height_, radius, 0);
  Image<std::int16_t> found(seen.width(), seen.height());
  std::copy(seen.values().begin(), seen.values().end(), found.values().begin());
  const detail::BlockSums sums(found);
  const auto page_width = page_factor * static_cast<double>(page.width());
  const auto page_height = page_factor * static_cast<double>(page.height());

  std::vector<BlockOffset> offsets;
  offsets.reserve(blocks_.size());
  const Index reach = 2 * radius + 1;
  std::vector<double> correlations(static_cast<std::size_t>(reach * reach));
  for (std::size_t k = 0; k < blocks_.size(); ++k) {
    const Block& block = blocks_[k];
    const auto x = static_cast<double>(block.left) * factor_;
    const auto y = static_cast<double>(block.top) * factor_;
    const auto extent = static_cast<double>(side_) * factor_;
    BlockOffset offset{{x + extent / 2, y + extent / 2}, {}, block.information, 0, true};
    for (const Point& corner : map.corners(upright(x, y, extent, extent))) {
      offset.visible =
          offset.visible && corner.x >= 0 && corner.y >= 0 && corner.x <= page_width && corner.y <= page_height;
    }
    if (offset.visible) {
      const std::int16_t* samples = samples_.data() + k * static_cast<std::size_t>(side_ * side_);
      const double least = static_cast<double>(side_ * side_) * 9;  // what is flatter is noise
      double best = -2;
      Index best_x = 0;
      Index best_y = 0;
      for (Index dy = 0; dy < reach; ++dy) {
        for (Index dx = 0; dx < reach; ++dx) {
          std::int64_t sum = 0;
          for (Index row = 0; row < side_; ++row) {
            sum += detail::product(samples + row * side_, found.row(block.top + dy + row) + block.left + dx, side_);
          }
          const double deviation = std::max(least, sums.deviation(block.left + dx, block.top + dy, side_));
          const double correlation = static_cast<double>(sum) / (block.norm * std::sqrt(deviation));
          correlations[static_cast<std::size_t>(dy * reach + dx)] = correlation;
          // Along a bare line every place is as good: the nearest is meant.
          const double far = std::hypot(static_cast<double>(dx - radius), static_cast<double>(dy - radius));
          const double value = correlation - 0.01 * far / static_cast<double>(radius);
          if (value > best) {
            best = value;
            best_x = dx;
            best_y = dy;
          }
        }
      }
      const auto at = [&](Index dx, Index dy) { return correlations[static_cast<std::size_t>(dy * reach + dx)]; };
      double sub_x = 0;
      double sub_y = 0;
      if (best_x > 0 && best_x + 1 < reach) {
        sub_x = detail::peak_of(at(best_x - 1, best_y), at(best_x, best_y), at(best_x + 1, best_y));
      }
      if (best_y > 0 && best_y + 1 < reach) {
        sub_y = detail::peak_of(at(best_x, best_y - 1), at(best_x, best_y), at(best_x, best_y + 1));
      }
      offset.correlation = at(best_x, best_y);
      offset.offset = {factor_ * (static_cast<double>(best_x - radius) + sub_x),
                       factor_ * (static_cast<double>(best_y - radius) + sub_y)};
    }
    offsets.push_back(offset);
  }
  return offsets;
}

}  // namespace inkling::inline INKLING_ABI::form
