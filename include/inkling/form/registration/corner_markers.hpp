#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/picture/grey_image.hpp>

#include <optional>

namespace inkling::inline INKLING_ABI::form {

struct CornerMarkerOptions {
  double aspect = 0;          // width / height of the rectangle between the markers' centres; 0: not known
  double least_match = 0.55;  // correlation of a marker's picture with what is found, -1 to 1

  void check() const;  // throws ValueError that names the first field out of range
};

/// The centres of four equal markers at the corners of a rectangle, in pixels of the picture, clockwise from the one
/// nearest to its top left. `marker` is the picture of one. Places that look like the marker are looked for at all
/// sizes from a fortieth to an eighth of the page; only four of one size that lie like the corners of a sheet of paper
/// count, so that a logo is never one of them. When one of the four is covered or torn off, three tell where it was.
/// The page may be turned by a few degrees from a quarter turn, more when the marker looks the same from all sides.
/// Throws ShapeError for an empty marker.
std::optional<Quad> find_corner_markers(const GreyImage& page, const GreyImage& marker,
                                        const CornerMarkerOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/corner_markers.ipp>
#endif
