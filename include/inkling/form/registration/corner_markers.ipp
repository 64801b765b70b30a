#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/registration/corner_markers.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void CornerMarkerOptions::check() const {
  in_range("CornerMarkerOptions::aspect", aspect, {0, 1000});
  in_range("CornerMarkerOptions::least_match", least_match, {-1, 1});
}

namespace detail {

/// A place that looks like a marker.
struct MarkerPlace {
  Point centre;      // pixels of the page
  double size = 0;   // the marker's width there
  double match = 0;  // correlation
};

inline FloatImage resized(const GreyImage& image, Index width, Index height) {
  FloatImage floats(image.width(), image.height());
  std::copy(image.values().begin(), image.values().end(), floats.values().begin());
  return resize(floats, {0, 0, static_cast<double>(image.width()), static_cast<double>(image.height())}, width, height);
}

/// Looks for one marker's picture on a page at one size.
class MarkerSearch {
 public:
  static constexpr Index side = 14;  // pixels of the marker while it is looked for

  explicit MarkerSearch(const GreyImage& marker) : marker_(resized(marker, side, side)) {
    const float mean = marker_.array().mean();
    float squares = 0;
    for (float& value : marker_.values()) {
      value -= mean;
      squares += value * value;
    }
    norm_ = std::sqrt(squares);
  }

  bool is_flat() const noexcept { return norm_ < 1; }

  /// The best places of a page where the marker is `size` page pixels wide.
  void find(const GreyImage& page, double size, double least, std::vector<MarkerPlace>& places) const {
    const double scale = size / static_cast<double>(side);
    const auto width = static_cast<Index>(static_cast<double>(page.width()) / scale);
    const auto height = static_cast<Index>(static_cast<double>(page.height()) / scale);
    if (width < side || height < side) return;
    const FloatImage small = resized(page, width, height);
    const FloatImage match = correlation(small);
    constexpr Index around = side / 3;
    for (Index y = 0; y < match.height(); ++y) {
      for (Index x = 0; x < match.width(); ++x) {
        const float value = match(x, y);
        if (value < static_cast<float>(least) || !is_peak(match, x, y, around)) continue;
        const auto middle = [&](Index at, float before, float after) {
          const float bend = before - 2 * value + after;
          const double shift = bend < -1e-6F ? static_cast<double>(0.5F * (before - after) / bend) : 0;
          return static_cast<double>(at) + std::clamp(shift, -0.5, 0.5) + static_cast<double>(side) / 2;
        };
        const double u = middle(x, x > 0 ? match(x - 1, y) : value, x + 1 < match.width() ? match(x + 1, y) : value);
        const double v = middle(y, y > 0 ? match(x, y - 1) : value, y + 1 < match.height() ? match(x, y + 1) : value);
        places.push_back({{u * static_cast<double>(page.width()) / static_cast<double>(width),
                           v * static_cast<double>(page.height()) / static_cast<double>(height)},
                          size,
                          static_cast<double>(value)});
      }
    }
  }

 private:
  static bool is_peak(const FloatImage& match, Index x, Index y, Index around) {
    for (Index v = std::max<Index>(0, y - around); v <= std::min(match.height() - 1, y + around); ++v) {
      for (Index u = std::max<Index>(0, x - around); u <= std::min(match.width() - 1, x + around); ++u) {
        if (match(u, v) > match(x, y)) return false;
      }
    }
    return true;
  }

  /// Normalised cross-correlation; a place without contrast has none.
  FloatImage correlation(const FloatImage& page) const {
    FloatImage result(page.width() - side + 1, page.height() - side + 1);
    constexpr auto count = static_cast<float>(side * side);
    std::vector<float> products(static_cast<std::size_t>(result.width()));
    std::vector<float> sums(products.size());
    std::vector<float> squares(products.size());
    for (Index y = 0; y < result.height(); ++y) {
      std::fill(products.begin(), products.end(), 0.0F);
      std::fill(sums.begin(), sums.end(), 0.0F);
      std::fill(squares.begin(), squares.end(), 0.0F);
      for (Index v = 0; v < side; ++v) {
        for (Index u = 0; u < side; ++u) {
          const float weight = marker_(u, v);
          const float* row = page.row(y + v) + u;
          for (std::size_t x = 0; x < products.size(); ++x) {
            products[x] += weight * row[x];
            sums[x] += row[x];
            squares[x] += row[x] * row[x];
          }
        }
      }
      float* out = result.row(y);
      for (std::size_t x = 0; x < products.size(); ++x) {
        const float variance = squares[x] - sums[x] * sums[x] / count;
        out[x] = variance > 225 * count ? products[x] / (norm_ * std::sqrt(variance)) : 0;
      }
    }
    return result;
  }

  FloatImage marker_;  // its mean taken off
  float norm_ = 0;
};

/// Of places at almost the same point, the best.
inline std::vector<MarkerPlace> strongest_places(std::vector<MarkerPlace> places, std::size_t most) {
  std::sort(places.begin(), places.end(), [](const MarkerPlace& a, const MarkerPlace& b) { return a.match > b.match; });
  std::vector<MarkerPlace> kept;
  for (const MarkerPlace& place : places) {
    const bool again = std::any_of(kept.begin(), kept.end(), [&](const MarkerPlace& other) {
      return std::hypot(other.centre.x - place.centre.x, other.centre.y - place.centre.y) < 0.5 * other.size;
    });
    if (!again) kept.push_back(place);
    if (kept.size() == most) break;
  }
  return kept;
}

/// How well four places are the corners of a sheet; below 0: they are not.
inline double corner_score(const std::array<MarkerPlace, 4>& places, double aspect) {
  double least = places[0].size;
  double most = least;
  double match = 0;
  for (const MarkerPlace& place : places) {
    least = std::min(least, place.size);
    most = std::max(most, place.size);
    match += place.match / 4;
  }
  if (most > 1.6 * least) return -1;
  const auto side = [&](std::size_t i) {
    const Point& a = places[i].centre;
    const Point& b = places[(i + 1) % 4].centre;
    return Point{b.x - a.x, b.y - a.y};
  };
  double odd = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Point a = side(i);
    const Point b = side((i + 1) % 4);
    const double lengths = std::hypot(a.x, a.y) * std::hypot(b.x, b.y);
    if (lengths < 9 * most * most) return -1;
    const double sine = (a.x * b.y - a.y * b.x) / lengths;
    if (sine < 0.85) return -1;
    odd = std::max(odd, 1 - sine);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const double ratio = std::hypot(side(i).x, side(i).y) / std::hypot(side(i + 2).x, side(i + 2).y);
    if (ratio > 1.5 || ratio < 1 / 1.5) return -1;
    odd = std::max(odd, std::abs(std::log(ratio)) / 2);
  }
  const double across = std::hypot(side(0).x, side(0).y) + std::hypot(side(2).x, side(2).y);
  const double down = std::hypot(side(1).x, side(1).y) + std::hypot(side(3).x, side(3).y);
  if (aspect > 0) {
    const double as_told = std::abs(std::log(across / down / aspect));
    const double turned = std::abs(std::log(down / across / aspect));
    const double off = std::min(as_told, turned + 0.02);
    if (off > 0.3) return -1;
    odd += off / 2;
  }
  return match - 0.5 * odd - 0.2 * (most / least - 1);
}

/// Clockwise on a screen around their middle, from the one nearest to the top left.
inline void order_clockwise(std::array<MarkerPlace, 4>& places) {
  Point middle;
  for (const MarkerPlace& place : places) {
    middle = {middle.x + place.centre.x / 4, middle.y + place.centre.y / 4};
  }
  std::sort(places.begin(), places.end(), [&](const MarkerPlace& a, const MarkerPlace& b) {
    return std::atan2(a.centre.y - middle.y, a.centre.x - middle.x) <
           std::atan2(b.centre.y - middle.y, b.centre.x - middle.x);
  });
  const auto first = std::min_element(places.begin(), places.end(), [](const MarkerPlace& a, const MarkerPlace& b) {
    return a.centre.x + a.centre.y < b.centre.x + b.centre.y;
  });
  std::rotate(places.begin(), first, places.end());
}

}  // namespace detail

INKLING_INLINE std::optional<Quad> find_corner_markers(const GreyImage& page, const GreyImage& marker,
                                                       const CornerMarkerOptions& options) {
  options.check();
  require<ShapeError>(!marker.empty(), "find_corner_markers: the picture of the marker is empty");
  const detail::MarkerSearch search(marker);
  if (page.empty() || search.is_flat()) return std::nullopt;
  const auto shorter = static_cast<double>(std::min(page.width(), page.height()));
  std::vector<detail::MarkerPlace> places;
  for (double size = shorter / 8; size >= std::max(6.0, shorter / 42); size /= 1.12) {
    search.find(page, size, options.least_match - 0.1, places);
  }
  places = detail::strongest_places(std::move(places), 20);

  double best = 0;
  std::optional<Quad> found;
  const auto consider = [&](std::array<detail::MarkerPlace, 4> four, double penalty) {
    detail::order_clockwise(four);
    const double score = detail::corner_score(four, options.aspect) - penalty;
    if (score <= best) return;
    best = score;
    found = Quad{four[0].centre, four[1].centre, four[2].centre, four[3].centre};
  };
  const std::size_t n = places.size();
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = a + 1; b < n; ++b) {
      for (std::size_t c = b + 1; c < n; ++c) {
        for (std::size_t d = c + 1; d < n; ++d) {
          const std::array<detail::MarkerPlace, 4> four{places[a], places[b], places[c], places[d]};
          const double match = (four[0].match + four[1].match + four[2].match + four[3].match) / 4;
          if (match >= options.least_match && match > best) consider(four, 0);
        }
      }
    }
  }
  if (found) return found;
  // One is lost: each of three may be the one between the two others' sides.
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      for (std::size_t c = b + 1; c < n; ++c) {
        if (a == b || a == c || std::min({places[a].match, places[b].match, places[c].match}) < options.least_match) {
          continue;
        }
        const detail::MarkerPlace lost{.centre = {places[b].centre.x + places[c].centre.x - places[a].centre.x,
                                                  places[b].centre.y + places[c].centre.y - places[a].centre.y},
                                       .size = places[a].size,
                                       .match = 0.5};
        consider({places[a], places[b], places[c], lost}, 0.1);
      }
    }
  }
  return found;
}

}  // namespace inkling::inline INKLING_ABI::form
