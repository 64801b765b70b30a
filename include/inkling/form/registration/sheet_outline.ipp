#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/form/registration/sheet_outline.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline double cross_product(const Point& a, const Point& b, const Point& c) noexcept {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/// The outer side of a connected part.
struct OuterSide {
  std::vector<Point> points;  // the ends of each of its rows
  double area = 0;            // between them: what is printed on a sheet belongs to it
};

inline OuterSide outer_side(const Components& components, std::int32_t part) {
  const Component& box = components.parts[static_cast<std::size_t>(part)];
  OuterSide side;
  for (Index y = box.top; y < box.bottom; ++y) {
    const std::int32_t* row = components.labels.row(y);
    Index left = box.left;
    while (left < box.right && row[left] != part) ++left;
    Index right = box.right;
    while (right > left && row[right - 1] != part) --right;
    if (left >= right) continue;
    side.area += static_cast<double>(right - left);
    for (const Index at : {y, y + 1}) {
      side.points.push_back({static_cast<double>(left), static_cast<double>(at)});
      side.points.push_back({static_cast<double>(right), static_cast<double>(at)});
    }
  }
  return side;
}

/// The convex hull, clockwise on a screen (Andrew 1979, monotone chain).
inline std::vector<Point> convex_hull(std::vector<Point> points) {
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  std::vector<Point> hull(2 * points.size() + 1);
  std::size_t count = 0;
  for (int pass = 0; pass < 2; ++pass) {
    const std::size_t start = count;
    for (const Point& point : points) {
      while (count >= start + 2 && cross_product(hull[count - 2], hull[count - 1], point) <= 0) --count;
      hull[count++] = point;
    }
    --count;
    std::reverse(points.begin(), points.end());
  }
  hull.resize(count);
  return hull;
}

inline double quad_area(const Quad& quad) noexcept {
  return (cross_product(quad[0], quad[1], quad[2]) + cross_product(quad[0], quad[2], quad[3])) / 2;
}

/// The largest quad with its corners on a hull: for each diagonal the points farthest from it on either side.
inline std::optional<Quad> largest_quad(const std::vector<Point>& hull) {
  const std::size_t step = std::max<std::size_t>(1, hull.size() / 160);
  std::vector<Point> corners;
  for (std::size_t i = 0; i < hull.size(); i += step) corners.push_back(hull[i]);
  const std::size_t n = corners.size();
  if (n < 4) return std::nullopt;
  double most = 0;
  Quad best{};
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t near = i;
    std::size_t far = 0;
    for (std::size_t k = i + 2; k < n; ++k) {
      // Along a convex hull, the farthest points move on with the diagonal's end.
      near = std::max(near, i + 1);
      while (near + 1 < k && cross_product(corners[i], corners[near + 1], corners[k]) >
                                 cross_product(corners[i], corners[near], corners[k])) {
        ++near;
      }
      far = std::max(far, k + 1);
      if (far - i >= n) break;
      while (far + 1 - i < n && cross_product(corners[i], corners[k], corners[(far + 1) % n]) >
                                    cross_product(corners[i], corners[k], corners[far % n])) {
        ++far;
      }
      const Quad quad{corners[i], corners[near], corners[k], corners[far % n]};
      const double area = quad_area(quad);
      if (area > most) {
        most = area;
        best = quad;
      }
    }
  }
  if (most <= 0) return std::nullopt;
  return best;
}

/// A side: the points p with n . p = offset, |n| = 1.
struct SideLine {
  double nx = 0;
  double ny = 0;
  double offset = 0;
};

inline std::optional<Point> meeting(const SideLine& a, const SideLine& b) {
  const double determinant = a.nx * b.ny - a.ny * b.nx;
  if (std::abs(determinant) < 0.05) return std::nullopt;
  return Point{(a.offset * b.ny - b.offset * a.ny) / determinant, (a.nx * b.offset - b.nx * a.offset) / determinant};
}

/// A sheet's outline in a small picture, brought to where the picture's light changes most.
class OutlineFit {
 public:
  explicit OutlineFit(const GreyImage& picture) : picture_(picture) {}

  /// Share of the outline along which the sheet's side is seen: it is lighter than what lies outside. 0 where it leaves
  /// the picture.
  double seen(const Quad& quad, double least) const {
    int count = 0;
    int seen = 0;
    for (std::size_t side = 0; side < 4; ++side) {
      int here = 0;
      for (int i = 1; i < 40; ++i, ++count) {
        const auto [inner, outer] = across(quad, side, i / 40.0, 4);
        here += inner - outer >= least ? 1 : 0;
      }
      if (here < 20) return 0;  // a side that is hardly there is none
      seen += here;
    }
    return static_cast<double>(seen) / count;
  }

  /// Each side moved to the steepest change of light within `reach` pixels of it, as a straight line.
  std::optional<Quad> refine(const Quad& quad, double reach) const {
    std::array<SideLine, 4> lines;
    for (std::size_t side = 0; side < 4; ++side) {
      const std::optional<SideLine> line = side_line(quad, side, reach);
      if (!line) return std::nullopt;
      lines[side] = *line;
    }
    Quad result;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::optional<Point> corner = meeting(lines[(i + 3) % 4], lines[i]);
      if (!corner || std::hypot(corner->x - quad[i].x, corner->y - quad[i].y) > 4 * reach) return std::nullopt;
      result[i] = *corner;
    }
    return result;
  }

 private:
  double light(double x, double y) const {
    const auto u = static_cast<Index>(std::floor(x));
    const auto v = static_cast<Index>(std::floor(y));
    if (u < 0 || v < 0 || u >= picture_.width() || v >= picture_.height()) return -1;
    return static_cast<double>(picture_(u, v));
  }

  /// The outward normal of a side of a quad that goes clockwise on a screen.
  static Point outward(const Quad& quad, std::size_t side) {
    const Point& a = quad[side];
    const Point& b = quad[(side + 1) % 4];
    const double length = std::max(1e-9, std::hypot(b.x - a.x, b.y - a.y));
    return {(b.y - a.y) / length, -(b.x - a.x) / length};
  }

  /// The light `distance` pixels inside and outside of a side; the same twice beyond the picture.
  std::array<double, 2> across(const Quad& quad, std::size_t side, double share, double distance) const {
    const Point n = outward(quad, side);
    const Point& a = quad[side];
    const Point& b = quad[(side + 1) % 4];
    const Point p{a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
    const double inner = light(p.x - distance * n.x, p.y - distance * n.y);
    const double outer = light(p.x + distance * n.x, p.y + distance * n.y);
    if (inner < 0 || outer < 0) return {0, 0};
    return {inner, outer};
  }

  std::optional<SideLine> side_line(const Quad& quad, std::size_t side, double reach) const {
    const Point n = outward(quad, side);
    const Point& a = quad[side];
    const Point& b = quad[(side + 1) % 4];
    struct Edge {
      double along;
      double off;
      double weight;
    };
    std::vector<Edge> edges;
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    const int count = std::clamp(static_cast<int>(length / 2), 20, 400);
    for (int i = 0; i < count; ++i) {
      const double along = (0.05 + 0.9 * (i + 0.5) / count) * length;
      const Point p{a.x + along * (b.x - a.x) / length, a.y + along * (b.y - a.y) / length};
      double steepest = 8;
      double at = std::numeric_limits<double>::quiet_NaN();
      for (double off = -reach; off <= reach; off += 0.5) {
        double fall = 0;
        bool inside = true;
        for (const double d : {1.0, 2.0}) {
          const double inner = light(p.x + (off - d) * n.x, p.y + (off - d) * n.y);
          const double outer = light(p.x + (off + d) * n.x, p.y + (off + d) * n.y);
          inside = inside && inner >= 0 && outer >= 0;
          fall += (inner - outer) / 2;
        }
        if (inside && fall > steepest) {
          steepest = fall;
          at = off;
        }
      }
      if (std::isfinite(at)) edges.push_back({along, at, 1});
    }
    if (edges.size() < 10) return std::nullopt;
    // off = c0 + c1 * along, with less weight to those far off: shadows, fingers, holes.
    double c0 = 0;
    double c1 = 0;
    for (int round = 0; round < 8; ++round) {
      double w = 0;
      double x = 0;
      double y = 0;
      double xx = 0;
      double xy = 0;
      for (const Edge& edge : edges) {
        w += edge.weight;
        x += edge.weight * edge.along;
        y += edge.weight * edge.off;
        xx += edge.weight * edge.along * edge.along;
        xy += edge.weight * edge.along * edge.off;
      }
      const double spread = w * xx - x * x;
      if (w < 1e-9 || spread < 1e-9) return std::nullopt;
      c1 = (w * xy - x * y) / spread;
      c0 = (y - c1 * x) / w;
      const double limit = round < 3 ? 3.0 : 1.0;
      for (Edge& edge : edges) {
        const double d = (edge.off - c0 - c1 * edge.along) / limit;
        edge.weight = 1 / ((1 + d * d) * (1 + d * d));
      }
    }
    const Point first{a.x + c0 * n.x, a.y + c0 * n.y};
    const double off = c0 + c1 * length;
    const Point last{b.x + off * n.x, b.y + off * n.y};
    const double long_side = std::max(1e-9, std::hypot(last.x - first.x, last.y - first.y));
    const Point normal{(last.y - first.y) / long_side, -(last.x - first.x) / long_side};
    return SideLine{normal.x, normal.y, normal.x * first.x + normal.y * first.y};
  }

  const GreyImage& picture_;
};

/// Clockwise from the corner nearest to the picture's top left.
inline Quad from_top_left(const Quad& quad) {
  std::size_t first = 0;
  for (std::size_t i = 1; i < 4; ++i) {
    if (quad[i].x + quad[i].y < quad[first].x + quad[first].y) first = i;
  }
  return {quad[first], quad[(first + 1) % 4], quad[(first + 2) % 4], quad[(first + 3) % 4]};
}

inline bool is_sheet_like(const Quad& quad) {
  for (std::size_t i = 0; i < 4; ++i) {
    const Point& a = quad[(i + 3) % 4];
    const Point& b = quad[i];
    const Point& c = quad[(i + 1) % 4];
    const double sine =
        cross_product(a, b, c) / std::max(1e-9, std::hypot(b.x - a.x, b.y - a.y) * std::hypot(c.x - b.x, c.y - b.y));
    if (sine < 0.82) return false;  // corners between 55 and 125 degrees
  }
  const auto side = [&](std::size_t i) {
    return std::hypot(quad[(i + 1) % 4].x - quad[i].x, quad[(i + 1) % 4].y - quad[i].y);
  };
  for (std::size_t i = 0; i < 2; ++i) {
    const double ratio = side(i) / std::max(1e-9, side(i + 2));
    if (ratio > 1.8 || ratio < 1 / 1.8) return false;
  }
  return true;
}

}  // namespace detail

INKLING_INLINE std::optional<Quad> find_sheet(const GreyImage& page) {
  if (page.width() < 32 || page.height() < 32) return std::nullopt;
  constexpr Index side = 1000;
  const Index factor = std::max<Index>(1, std::max(page.width(), page.height()) / side);
  const GreyImage small = shrink(page, factor);
  const GreyImage tiny = shrink(small, std::max<Index>(1, std::max(small.width(), small.height()) / 320));
  const double grow = static_cast<double>(small.width()) / static_cast<double>(tiny.width());
  const detail::OutlineFit fit(small);
  const auto whole = static_cast<double>(tiny.size());

  // The paper's light is not known: of the outlines that all thresholds give, the one that is seen best.
  std::optional<Quad> best;
  double most = 0.7;
  Image<std::uint8_t> mask(tiny.width(), tiny.height());
  for (int threshold = 24; threshold < 250; threshold += 8) {
    for (Index i = 0; i < tiny.size(); ++i) {
      mask.values()[static_cast<std::size_t>(i)] =
          tiny.values()[static_cast<std::size_t>(i)] >= threshold ? std::uint8_t{1} : std::uint8_t{0};
    }
    const Components components = connected_components(mask);
    for (std::size_t part = 0; part < components.parts.size(); ++part) {
      const Component& box = components.parts[part];
      if (static_cast<double>(box.area) < 0.03 * whole) continue;
      const detail::OuterSide outside = detail::outer_side(components, static_cast<std::int32_t>(part));
      std::optional<Quad> quad = detail::largest_quad(detail::convex_hull(outside.points));
      if (!quad || !detail::is_sheet_like(*quad)) continue;
      const double area = detail::quad_area(*quad);
      if (outside.area < 0.8 * area || area < 0.04 * whole) continue;
      for (Point& corner : *quad) corner = {corner.x * grow, corner.y * grow};
      quad = fit.refine(*quad, std::max(6.0, 2.5 * grow));
      if (!quad) continue;
      quad = fit.refine(*quad, 4);
      if (!quad || !detail::is_sheet_like(*quad)) continue;
      const double score = fit.seen(*quad, 12) * (0.9 + 0.1 * detail::quad_area(*quad) / (whole * grow * grow));
      if (score > most) {
        most = score;
        best = quad;
      }
    }
  }
  if (!best) return std::nullopt;
  for (Point& corner : *best) {
    corner = {corner.x * static_cast<double>(factor), corner.y * static_cast<double>(factor)};
  }
  return detail::from_top_left(*best);
}

}  // namespace inkling::inline INKLING_ABI::form
