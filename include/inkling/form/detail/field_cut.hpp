#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/registration/cut.hpp>
#include <inkling/form/template.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

inline constexpr double field_margin = 0.5;  // of the page around a field, in heights of the field

inline double distance(const Point& a, const Point& b) {
  return std::hypot(b.x - a.x, b.y - a.y);
}

/// The quad with a margin of so many pixels on every side.
inline Quad enlarged(const Quad& quad, double margin) {
  const double width = std::max(1.0, (distance(quad[0], quad[1]) + distance(quad[3], quad[2])) / 2);
  const double height = std::max(1.0, (distance(quad[0], quad[3]) + distance(quad[1], quad[2])) / 2);
  return part_of(quad, -margin / width, -margin / height, 1 + margin / width, 1 + margin / height);
}

/// A field with the page around it, upright, at the page's own resolution.
/// `print` is the template's page where it is known to hold print alone.
inline FieldPicture field_picture(const Field& field, const GreyImage& page, const PageMap& map,
                                  const GreyImage* print) {
  const double height = (distance(field.place[0], field.place[3]) + distance(field.place[1], field.place[2])) / 2;
  const double width = (distance(field.place[0], field.place[1]) + distance(field.place[3], field.place[2])) / 2;
  const double margin = field_margin * height;
  const Quad place = enlarged(field.place, margin);
  const auto [pixels_across, pixels_down] = natural_size(map, place);
  const double across = static_cast<double>(pixels_across) / (width + 2 * margin);  // pixels for each of the template's
  const double down = static_cast<double>(pixels_down) / (height + 2 * margin);
  FieldPicture picture{.picture = cut(page, map, place, pixels_across, pixels_down),
                       .place = {margin * across, margin * down, width * across, height * down}};
  if (print != nullptr) picture.print = cut(*print, PageMap{}, place, pixels_across, pixels_down);
  for (const Cell& cell : field.cells) {
    // Cells are upright in the field: where they lie along its sides is told by
    // their corners.
    const auto share = [&](const Point& p) {
      const Point& o = field.place[0];
      const Point along{(field.place[1].x - o.x) / width, (field.place[1].y - o.y) / width};
      const Point below{(field.place[3].x - o.x) / height, (field.place[3].y - o.y) / height};
      return Point{(p.x - o.x) * along.x + (p.y - o.y) * along.y, (p.x - o.x) * below.x + (p.y - o.y) * below.y};
    };
    const Point from = share(cell.place[0]);
    const Point to = share(cell.place[2]);
    picture.cells.push_back(
        {(from.x + margin) * across, (from.y + margin) * down, (to.x - from.x) * across, (to.y - from.y) * down});
  }
  return picture;
}

/// From pixels of the field's picture to those of the template.
inline void place_on_template(const Field& field, const GreyImage& picture, FieldReading& reading) {
  const double height = (distance(field.place[0], field.place[3]) + distance(field.place[1], field.place[2])) / 2;
  const Quad around = enlarged(field.place, field_margin * height);
  const auto place = [&](Quad& quad) {
    for (Point& corner : quad) {
      corner = point_in(around, corner.x / static_cast<double>(picture.width()),
                        corner.y / static_cast<double>(picture.height()));
    }
  };
  for (CellReading& cell : reading.cells) place(cell.place);
  for (std::vector<FieldReading>& row : reading.rows) {
    for (FieldReading& column : row) {
      for (CellReading& cell : column.cells) place(cell.place);
    }
  }
}

/// Adds a reason to doubt a reading.
inline void doubt(FieldReading& reading, const std::string& reason) {
  reading.status = FieldStatus::doubtful;
  reading.reason += (reading.reason.empty() ? "" : "; ") + reason;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
