#pragma once

#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/form/registration/keypoints.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void MatchOptions::check() const {
  in_range("MatchOptions::max_distance", max_distance, {0, 256});
  in_range("MatchOptions::max_ratio", max_ratio, {0, 1});
}

INKLING_INLINE void FeatureOptions::check() const {
  in_range("FeatureOptions::count", count, {1, 1e6});
  in_range("FeatureOptions::levels", levels, {1, 64});
  in_range("FeatureOptions::step", step, {.low = 1, .high = 16, .above_low = true});
  in_range("FeatureOptions::threshold", threshold, {1, 255});
}

namespace detail {

/// Bilinear, for steps below 2: each target pixel looks at the four around it.
INKLING_INLINE GreyImage shrink_a_little(const GreyImage& image, Index width, Index height) {
  GreyImage result(width, height);
  struct Tap {
    Index at;
    int share;  // of the next pixel, of 256
  };
  const auto taps_of = [](Index source, Index target) {
    std::vector<Tap> taps(static_cast<std::size_t>(target));
    for (Index i = 0; i < target; ++i) {
      const double centre =
          (static_cast<double>(i) + 0.5) * static_cast<double>(source) / static_cast<double>(target) - 0.5;
      const auto at = std::clamp<Index>(static_cast<Index>(std::floor(centre)), 0, std::max<Index>(0, source - 2));
      const double share = source > 1 ? std::clamp(centre - static_cast<double>(at), 0.0, 1.0) : 0.0;
      taps[static_cast<std::size_t>(i)] = {at, static_cast<int>(256 * share)};
    }
    return taps;
  };
  const auto across = taps_of(image.width(), width);
  const auto down = taps_of(image.height(), height);
  const Index right = image.width() > 1 ? 1 : 0;
  for (Index y = 0; y < height; ++y) {
    const Tap tap = down[static_cast<std::size_t>(y)];
    const std::uint8_t* upper = image.row(tap.at);
    const std::uint8_t* lower = image.row(std::min(tap.at + 1, image.height() - 1));
    std::uint8_t* out = result.row(y);
    for (Index x = 0; x < width; ++x) {
      const Tap t = across[static_cast<std::size_t>(x)];
      const int a = upper[t.at] * (256 - t.share) + upper[t.at + right] * t.share;
      const int b = lower[t.at] * (256 - t.share) + lower[t.at + right] * t.share;
      out[x] = static_cast<std::uint8_t>((a * (256 - tap.share) + b * tap.share + (1 << 15)) >> 16);
    }
  }
  return result;
}

/// The mean of 5 x 5 pixels, edges repeated.
INKLING_INLINE GreyImage mean5(const GreyImage& image) {
  const Index width = image.width();
  const Index height = image.height();
  GreyImage result(width, height);
  std::vector<std::uint16_t> sums(static_cast<std::size_t>(width + 4));
  for (Index y = 0; y < height; ++y) {
    std::array<const std::uint8_t*, 5> rows;
    for (Index k = 0; k < 5; ++k) {
      rows[static_cast<std::size_t>(k)] = image.row(std::clamp<Index>(y + k - 2, 0, height - 1));
    }
    for (Index x = 0; x < width; ++x) {
      sums[static_cast<std::size_t>(x + 2)] =
          static_cast<std::uint16_t>(rows[0][x] + rows[1][x] + rows[2][x] + rows[3][x] + rows[4][x]);
    }
    sums[0] = sums[1] = sums[2];
    sums[static_cast<std::size_t>(width + 3)] = sums[static_cast<std::size_t>(width + 2)] =
        sums[static_cast<std::size_t>(width + 1)];
    const std::uint16_t* s = sums.data();
    std::uint8_t* out = result.row(y);
    for (Index x = 0; x < width; ++x) {
      out[x] = static_cast<std::uint8_t>((s[x] + s[x + 1] + s[x + 2] + s[x + 3] + s[x + 4] + 12) / 25);
    }
  }
  return result;
}

/// The sixteen pixels of a circle of radius 3, in order.
inline constexpr std::array<std::array<int, 2>, 16> fast_circle{{{0, -3},
                                                                 {1, -3},
                                                                 {2, -2},
                                                                 {3, -1},
                                                                 {3, 0},
                                                                 {3, 1},
                                                                 {2, 2},
                                                                 {1, 3},
                                                                 {0, 3},
                                                                 {-1, 3},
                                                                 {-2, 2},
                                                                 {-3, 1},
                                                                 {-3, 0},
                                                                 {-3, -1},
                                                                 {-2, -2},
                                                                 {-1, -3}}};

INKLING_INLINE bool nine_in_a_row(std::uint32_t bits) noexcept {
  bits |= bits << 16U;  // the circle has no end
  std::uint32_t run = bits & (bits >> 1U);
  run &= run >> 2U;
  run &= run >> 4U;
  return (run & (bits >> 8U)) != 0;
}

/// 0: no corner; otherwise how much the circle differs from the centre.
INKLING_INLINE int fast_score(const std::uint8_t* centre, const std::array<Index, 16>& offsets,
                              int threshold) noexcept {
  const int value = *centre;
  // Of nine in a row, one of each pair of opposite pixels is among them.
  const auto differs = [&](std::size_t i) {
    const int d = centre[offsets[i]] - value;
    return d > threshold ? 1U : d < -threshold ? 2U : 0U;
  };
  if (((differs(0) | differs(8)) & (differs(4) | differs(12))) == 0) return 0;
  std::uint32_t brighter = 0;
  std::uint32_t darker = 0;
  int above = 0;
  int below = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const int d = centre[offsets[i]] - value;
    if (d > threshold) {
      brighter |= 1U << i;
      above += d - threshold;
    } else if (d < -threshold) {
      darker |= 1U << i;
      below -= d + threshold;
    }
  }
  if (nine_in_a_row(brighter)) return above + 1;
  if (nine_in_a_row(darker)) return below + 1;
  return 0;
}

struct Corner {
  Index x = 0;
  Index y = 0;
  int score = 0;
};

/// FAST corners at least `border` pixels from the edges, each the best of its 3 x 3 neighbours.
INKLING_INLINE std::vector<Corner> fast_corners(const GreyImage& image, int threshold, Index border) {
  std::vector<Corner> corners;
  if (image.width() <= 2 * border || image.height() <= 2 * border) return corners;
  std::array<Index, 16> offsets{};
  for (std::size_t i = 0; i < 16; ++i) offsets[i] = fast_circle[i][1] * image.width() + fast_circle[i][0];

  Image<std::uint16_t> scores(image.width(), image.height());
  for (Index y = border; y < image.height() - border; ++y) {
    const std::uint8_t* row = image.row(y);
    for (Index x = border; x < image.width() - border; ++x) {
      scores(x, y) = static_cast<std::uint16_t>(fast_score(row + x, offsets, threshold));
    }
  }
  for (Index y = border; y < image.height() - border; ++y) {
    for (Index x = border; x < image.width() - border; ++x) {
      const int score = scores(x, y);
      if (score == 0) continue;
      bool best = true;
      for (Index dy = -1; dy <= 1 && best; ++dy) {
        for (Index dx = -1; dx <= 1 && best; ++dx) {
          const int other = scores(x + dx, y + dy);
          // Of two that are equal the later wins.
          best = other < score || (other == score && (dy < 0 || (dy == 0 && dx <= 0)));
        }
      }
      if (best) corners.push_back({x, y, score});
    }
  }
  return corners;
}

/// The strongest corners, an equal number from every tile of the picture as far as it has them.
INKLING_INLINE std::vector<Corner> spread(std::vector<Corner> corners, Index width, Index height, std::size_t count) {
  if (corners.size() <= count) return corners;
  constexpr Index tiles = 8;
  const auto tile_of = [&](const Corner& c) {
    return static_cast<std::size_t>(c.y * tiles / height * tiles + c.x * tiles / width);
  };
  std::sort(corners.begin(), corners.end(), [](const Corner& a, const Corner& b) {
    return a.score != b.score ? a.score > b.score : a.y != b.y ? a.y < b.y : a.x < b.x;
  });
  // The rank of a corner in its own tile decides first, its strength second.
  std::array<std::uint32_t, tiles * tiles> seen{};
  std::vector<std::pair<std::uint32_t, std::size_t>> order;
  order.reserve(corners.size());
  for (std::size_t i = 0; i < corners.size(); ++i) order.emplace_back(seen[tile_of(corners[i])]++, i);
  std::sort(order.begin(), order.end());
  std::vector<Corner> chosen;
  chosen.reserve(count);
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(corners[order[i].second]);
  return chosen;
}

inline constexpr Index patch_radius = 15;

/// Half the length of each row of a disc of patch_radius.
INKLING_INLINE std::array<Index, patch_radius + 1> disc_rows() {
  std::array<Index, patch_radius + 1> half{};
  for (Index y = 0; y <= patch_radius; ++y) {
    half[static_cast<std::size_t>(y)] =
        static_cast<Index>(std::floor(std::sqrt(static_cast<double>(patch_radius * patch_radius - y * y))));
  }
  return half;
}

/// The direction from a corner to the centre of brightness of the disc around it (Rosin 1999).
INKLING_INLINE float direction(const GreyImage& image, const Corner& corner,
                               const std::array<Index, patch_radius + 1>& half) {
  std::int64_t across = 0;
  std::int64_t down = 0;
  for (Index dy = -patch_radius; dy <= patch_radius; ++dy) {
    const std::uint8_t* row = image.row(corner.y + dy) + corner.x;
    const Index reach = half[static_cast<std::size_t>(std::abs(dy))];
    int sum = 0;
    int moment = 0;
    for (Index dx = -reach; dx <= reach; ++dx) {
      sum += row[dx];
      moment += static_cast<int>(dx) * row[dx];
    }
    across += moment;
    down += dy * sum;
  }
  return std::atan2(static_cast<float>(down), static_cast<float>(across));
}

/// Where the comparisons of a descriptor look, for each of 30 directions.
class ComparisonPattern {
 public:
  static constexpr int directions = 30;

  ComparisonPattern() {
    Rng rng(20110);
    std::array<std::array<float, 4>, 256> places;
    for (auto& place : places) {
      for (std::size_t end = 0; end < 2; ++end) {
        float x = 0;
        float y = 0;
        do {
          x = 6.5F * rng.normal();
          y = 6.5F * rng.normal();
        } while (std::hypot(x, y) > 13.5F);
        place[2 * end] = x;
        place[2 * end + 1] = y;
      }
    }
    for (int d = 0; d < directions; ++d) {
      const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(d) / directions;
      const float c = std::cos(angle);
      const float s = std::sin(angle);
      for (std::size_t i = 0; i < places.size(); ++i) {
        for (std::size_t end = 0; end < 4; end += 2) {
          const float x = places[i][end];
          const float y = places[i][end + 1];
          auto& turned = turned_[static_cast<std::size_t>(d)][i];
          turned[end] = static_cast<std::int8_t>(std::lround(c * x - s * y));
          turned[end + 1] = static_cast<std::int8_t>(std::lround(s * x + c * y));
        }
      }
    }
  }

  Descriptor describe(const GreyImage& smooth, const Corner& corner, float angle) const noexcept {
    const float turns = angle / (2 * std::numbers::pi_v<float>);
    const int d = (static_cast<int>(std::lround(turns * directions)) + directions) % directions;
    const auto& pattern = turned_[static_cast<std::size_t>(d)];
    const std::uint8_t* centre = smooth.row(corner.y) + corner.x;
    const Index width = smooth.width();
    Descriptor bits{};
    for (std::size_t i = 0; i < 256; ++i) {
      const auto& p = pattern[i];
      const bool darker = centre[p[1] * width + p[0]] < centre[p[3] * width + p[2]];
      bits[i / 64] |= std::uint64_t{darker} << (i % 64);
    }
    return bits;
  }

 private:
  std::array<std::array<std::array<std::int8_t, 4>, 256>, directions> turned_{};
};

INKLING_INLINE int distance(const Descriptor& a, const Descriptor& b) noexcept {
  return std::popcount(a[0] ^ b[0]) + std::popcount(a[1] ^ b[1]) + std::popcount(a[2] ^ b[2]) +
         std::popcount(a[3] ^ b[3]);
}

}  // namespace detail

INKLING_INLINE Features find_features(const GreyImage& image, const FeatureOptions& options) {
  options.check();
  Features features;
  const auto pattern = std::make_unique<const detail::ComparisonPattern>();
  const auto half = detail::disc_rows();
  constexpr Index border = detail::patch_radius + 1;

  // A level gets keypoints by its area.
  double total = 0;
  for (int level = 0; level < options.levels; ++level) total += std::pow(options.step, -level);
  GreyImage picture = image;
  for (int level = 0; level < options.levels; ++level) {
    const double scale = std::pow(options.step, level);
    if (level > 0) {
      const auto width = static_cast<Index>(std::lround(static_cast<double>(image.width()) / scale));
      const auto height = static_cast<Index>(std::lround(static_cast<double>(image.height()) / scale));
      if (std::min(width, height) <= 2 * border + 8) break;
      picture = detail::shrink_a_little(picture, width, height);
    }
    const auto count =
        static_cast<std::size_t>(static_cast<double>(options.count) * std::pow(options.step, -level) / total);
    const std::vector<detail::Corner> corners = detail::spread(detail::fast_corners(picture, options.threshold, border),
                                                               picture.width(), picture.height(), count);
    const GreyImage smooth = detail::mean5(detail::mean5(picture));
    const auto across = static_cast<float>(image.width()) / static_cast<float>(picture.width());
    const auto down = static_cast<float>(image.height()) / static_cast<float>(picture.height());
    for (const detail::Corner& corner : corners) {
      const float angle = detail::direction(picture, corner, half);
      features.points.push_back({(static_cast<float>(corner.x) + 0.5F) * across,
                                 (static_cast<float>(corner.y) + 0.5F) * down, across, angle,
                                 static_cast<float>(corner.score)});
      features.descriptors.push_back(pattern->describe(smooth, corner, angle));
    }
  }
  return features;
}

INKLING_INLINE std::vector<Match> match_features(const Features& first, const Features& second,
                                                 const MatchOptions& options) {
  options.check();
  std::vector<Match> matches;
  std::vector<int> distances(second.points.size());
  for (std::size_t i = 0; i < first.points.size(); ++i) {
    const Descriptor& descriptor = first.descriptors[i];
    int least = std::numeric_limits<int>::max();
    std::size_t best = 0;
    for (std::size_t j = 0; j < distances.size(); ++j) {
      distances[j] = detail::distance(descriptor, second.descriptors[j]);
      if (distances[j] < least) {
        least = distances[j];
        best = j;
      }
    }
    if (least > options.max_distance) continue;
    // The same corner is found at several scales: only another place is a rival.
    const Keypoint& place = second.points[best];
    int rival = 256;
    for (std::size_t j = 0; j < distances.size(); ++j) {
      if (distances[j] >= rival) continue;
      const Keypoint& other = second.points[j];
      const float near = 6 * std::max(place.scale, other.scale);
      if (std::abs(other.x - place.x) > near || std::abs(other.y - place.y) > near) rival = distances[j];
    }
    const float ratio = (static_cast<float>(least) + 1) / (static_cast<float>(rival) + 1);
    if (ratio <= options.max_ratio) {
      matches.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(best), ratio});
    }
  }
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.ratio < b.ratio; });
  return matches;
}

}  // namespace inkling::inline INKLING_ABI::form
