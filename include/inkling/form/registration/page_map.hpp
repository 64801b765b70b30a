#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/registration/homography.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// Small shifts of the plane, known at the nodes of a square net and interpolated between them: how paper is bent,
/// stretched or drawn in by a feeder. Outside the net the shifts of its edge.
struct Warp {
  double spacing = 0;  // pixels between nodes; the first lies at (0, 0)
  Index columns = 0;
  Index rows = 0;
  std::vector<Point> shifts;  // row by row, pixels; empty: none

  Point operator()(const Point& p) const noexcept;
};

/// Where the points of a template lie in the picture of a page.
struct PageMap {
  Homography homography;  // template pixels to page pixels
  Warp warp;              // in template pixels, before the homography

  /// A point of the template in the page's picture.
  Point operator()(const Point& p) const noexcept {
    const Point shift = warp(p);
    return homography({p.x + shift.x, p.y + shift.y});
  }

  /// The corners of a quad of the template in the page's picture.
  Quad corners(const Quad& quad) const noexcept {
    return {(*this)(quad[0]), (*this)(quad[1]), (*this)(quad[2]), (*this)(quad[3])};
  }

  /// A point of the page's picture in the template.
  Point inverse(const Point& p) const noexcept;

  /// Page pixels that one template pixel covers there, along a side.
  double scale_at(const Point& p) const noexcept;
};

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/page_map.ipp>
#endif
