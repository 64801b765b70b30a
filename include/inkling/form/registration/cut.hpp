#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/registration/page_map.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// Width and height in pixels at which a place of the template is cut out without loss: as many as it covers on the
/// page, `scale` times. At least 1 x 1.
std::array<Index, 2> natural_size(const PageMap& map, const Quad& place, double scale = 1);

namespace detail {

/// Pixels with any number of channels, as floats between the steps.
template <typename Pixel>
struct Channels {
  static constexpr std::size_t count = std::tuple_size_v<Pixel>;
  static float get(const Pixel& pixel, std::size_t i) noexcept { return static_cast<float>(pixel[i]); }
  static void set(Pixel& pixel, std::size_t i, float value) noexcept {
    pixel[i] = static_cast<typename Pixel::value_type>(std::clamp(value + 0.5F, 0.0F, 255.0F));
  }
};

template <>
struct Channels<std::uint8_t> {
  static constexpr std::size_t count = 1;
  static float get(std::uint8_t pixel, std::size_t) noexcept { return static_cast<float>(pixel); }
  static void set(std::uint8_t& pixel, std::size_t, float value) noexcept {
    pixel = static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
  }
};

/// Keys' cubic with a = -1/2 for the pixels at -1, 0, 1, 2 around a place `t` behind pixel 0.
inline std::array<float, 4> cubic_weights(float t) noexcept {
  const float s = 1 - t;
  return {-0.5F * t * s * s, 1 + t * t * (1.5F * t - 2.5F), 1 + s * s * (1.5F * s - 2.5F), -0.5F * s * t * t};
}

/// Where the points of a picture lie on the page, asked every few pixels and straight between.
class CutLattice {
 public:
  static constexpr Index step = 8;

  CutLattice(const PageMap& map, const Quad& place, Index width, Index height)
      : columns_((width + step - 1) / step + 1) {
    const Index rows = (height + step - 1) / step + 1;
    points_.reserve(static_cast<std::size_t>(columns_ * rows));
    for (Index j = 0; j < rows; ++j) {
      for (Index i = 0; i < columns_; ++i) {
        points_.push_back(map(point_in(place, static_cast<double>(i * step) / static_cast<double>(width),
                                       static_cast<double>(j * step) / static_cast<double>(height))));
      }
    }
  }

  Point operator()(double x, double y) const noexcept {
    const auto i = static_cast<Index>(x) / step;
    const auto j = static_cast<Index>(y) / step;
    const Point* corner = points_.data() + j * columns_ + i;
    return point_in({corner[0], corner[1], corner[columns_ + 1], corner[columns_]},
                    x / static_cast<double>(step) - static_cast<double>(i),
                    y / static_cast<double>(step) - static_cast<double>(j));
  }

 private:
  Index columns_;
  std::vector<Point> points_;
};

/// Adds what the page has at a point, if the point lies on it: interpolated by cubic convolution if `smooth`, else
/// linearly, for over a shrinking picture pixels are averaged anyway.
template <typename Pixel>
bool add_interpolated(const Image<Pixel>& page, const Point& p, bool smooth,
                      std::array<float, Channels<Pixel>::count>& sum) noexcept {
  if (!(p.x >= 0 && p.y >= 0 && p.x < static_cast<double>(page.width()) && p.y < static_cast<double>(page.height())))
    return false;
  const double x = p.x - 0.5;
  const double y = p.y - 0.5;
  const auto left = static_cast<Index>(std::floor(x));
  const auto top = static_cast<Index>(std::floor(y));
  const auto u = static_cast<float>(x - static_cast<double>(left));
  const auto v = static_cast<float>(y - static_cast<double>(top));
  const std::array<float, 4> across = smooth ? cubic_weights(u) : std::array<float, 4>{0, 1 - u, u, 0};
  const std::array<float, 4> down = smooth ? cubic_weights(v) : std::array<float, 4>{0, 1 - v, v, 0};
  const Index first = smooth ? 0 : 1;
  for (Index j = first; j < 4 - first; ++j) {
    const Pixel* row = page.row(std::clamp<Index>(top + j - 1, 0, page.height() - 1));
    for (Index i = first; i < 4 - first; ++i) {
      const float weight = across[static_cast<std::size_t>(i)] * down[static_cast<std::size_t>(j)];
      const Pixel& pixel = row[std::clamp<Index>(left + i - 1, 0, page.width() - 1)];
      for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight * Channels<Pixel>::get(pixel, c);
    }
  }
  return true;
}

/// Cuts `count` pixels out, those from `at` on up to the lattice's next point: into `result`. False, and nothing cut,
/// unless they lie well inside the page. parts: of each pixel along either side, whose mean it is.
bool cut_inside(const GreyImage& page, const CutLattice& lattice, const std::array<Index, 2>& at, Index parts,
                Index count, std::uint8_t* result) noexcept;

}  // namespace detail

/// A place of the template as it lies on the page, made upright at width x height pixels. Where the picture grows, it
/// is interpolated by cubic convolution (Keys 1981); where it shrinks, each pixel is the mean of what it covers. What
/// lies outside the page is `outside`. Pixel: std::uint8_t, or an array of them such as RGB. Throws ShapeError unless
/// width and height are 1 or more and the page has pixels.
template <typename Pixel>
Image<Pixel> cut(const Image<Pixel>& page, const PageMap& map, const Quad& place, Index width, Index height,
                 Pixel outside) {
  require<ShapeError>(width >= 1 && height >= 1 && !page.empty(), "cut: sides of 1 or more expected");
  using Channels = detail::Channels<Pixel>;
  Image<Pixel> result(width, height, outside);
  const detail::CutLattice lattice(map, place, width, height);
  const std::array<Index, 2> natural = natural_size(map, place);
  const double ratio = std::max(static_cast<double>(natural[0]) / static_cast<double>(width),
                                static_cast<double>(natural[1]) / static_cast<double>(height));
  const auto parts = std::clamp<Index>(static_cast<Index>(std::ceil(ratio - 0.25)), 1, 16);
  const double part = 1 / static_cast<double>(parts);
  // Parts of pixels that lie on the page are added up.
  const auto add_all = [&](Index x, Index y, std::array<float, Channels::count>& sum) {
    int count = 0;
    for (Index j = 0; j < parts; ++j) {
      for (Index i = 0; i < parts; ++i) {
        const Point p = lattice(static_cast<double>(x) + (static_cast<double>(i) + 0.5) * part,
                                static_cast<double>(y) + (static_cast<double>(j) + 0.5) * part);
        count += detail::add_interpolated(page, p, parts == 1, sum) ? 1 : 0;
      }
    }
    return count;
  };
  constexpr Index step = detail::CutLattice::step;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; x += step) {
      const Index end = std::min(width, x + step);
      if constexpr (std::is_same_v<Pixel, std::uint8_t>) {
        if (detail::cut_inside(page, lattice, {x, y}, parts, end - x, result.row(y) + x)) continue;
      }
      for (Index k = x; k < end; ++k) {
        std::array<float, Channels::count> sum{};
        const int count = add_all(k, y, sum);
        if (count == 0) continue;
        for (std::size_t c = 0; c < sum.size(); ++c) Channels::set(result(k, y), c, sum[c] / static_cast<float>(count));
      }
    }
  }
  return result;
}

/// The same of a grey page, white outside.
inline GreyImage cut(const GreyImage& page, const PageMap& map, const Quad& place, Index width, Index height) {
  return cut<std::uint8_t>(page, map, place, width, height, 255);
}

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/cut.ipp>
#endif
