#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/read_cells.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/registration/cut.hpp>
#include <inkling/form/template_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

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

/// True when a good part of the field lies on the picture.
inline bool is_on_page(const Quad& place, const PageMap& map, const GreyImage& page) {
  int inside = 0;
  for (int i = 0; i < 25; ++i) {
    const Point p = map(point_in(place, 0.1 + 0.2 * (i % 5), 0.1 + 0.2 * (i / 5)));
    inside +=
        p.x >= 0 && p.y >= 0 && p.x < static_cast<double>(page.width()) && p.y < static_cast<double>(page.height()) ? 1
                                                                                                                    : 0;
  }
  return inside >= 23;
}

/// From pixels of the field's picture to those of the template.
inline void place_on_template(const Field& field, const GreyImage& picture, FieldReading& reading) {
  const double height = (distance(field.place[0], field.place[3]) + distance(field.place[1], field.place[2])) / 2;
  const Quad around = enlarged(field.place, field_margin * height);
  for (CellReading& cell : reading.cells) {
    for (Point& corner : cell.place) {
      corner = point_in(around, corner.x / static_cast<double>(picture.width()),
                        corner.y / static_cast<double>(picture.height()));
    }
  }
}

inline void doubt(FieldReading& reading, const std::string& reason) {
  reading.status = FieldStatus::doubtful;
  reading.reason += (reading.reason.empty() ? "" : "; ") + reason;
}

}  // namespace detail

INKLING_INLINE FormReader::FormReader(std::vector<TemplatePage> pages, std::shared_ptr<const Classifier> model,
                                      FormReaderOptions options)
    : model_(std::move(model)), options_(std::move(options)) {
  require<ValueError>(!pages.empty(), "expected at least one template, got none");
  std::set<std::string> names;
  for (TemplatePage& page : pages) {
    if (!names.insert(page.form.name).second) {
      throw ValueError("there are two templates of the name '" + page.form.name + "'");
    }
    ReferenceOptions reference;
    for (const Field& field : page.form.fields) {
      reference.fields.push_back(field.place);
      if (page.form.page.filled && page.form.page.print.empty()) reference.handwriting.push_back(field.place);
    }
    rules_.push_back(compile_rules(page.form));
    references_.emplace_back(page.image, reference);
    forms_.push_back(std::move(page.form));
    images_.push_back(std::move(page.image));
  }
}

INKLING_INLINE ReadPage FormReader::read(const GreyImage& page) const {
  ReadPage result;
  PageReading& reading = result.reading;
  const Identification found = identify_page(references_, page, options_.registration);
  reading.registration =
      RegistrationQuality{.residual = found.registration.residual, .coverage = found.registration.coverage};
  if (!found.registration.registered) {
    reading.status = PageStatus::refused;
    reading.reason = found.registration.reason;
    return result;
  }
  const FormTemplate& form = forms_[found.form];
  const PageMap& map = found.registration.map;
  reading.form = form.name;
  reading.edition = form.edition;
  reading.status = PageStatus::read;
  if (found.rival) reading.reason = "the form '" + forms_[*found.rival].name + "' fits about as well";

  std::vector<FieldPicture> pictures;
  const bool print_alone = !form.page.filled || !form.page.print.empty();
  for (const Field& field : form.fields) {
    pictures.push_back(detail::field_picture(field, page, map, print_alone ? &images_[found.form] : nullptr));
  }
  reading.fields = read_cells(form.fields, pictures, *model_);
  for (std::size_t i = 0; i < form.fields.size(); ++i) {
    detail::place_on_template(form.fields[i], pictures[i].picture, reading.fields[i]);
    const FieldKind kind = form.fields[i].kind;
    if (kind == FieldKind::barcode || kind == FieldKind::table) {
      reading.fields[i].confidence = 0;
      detail::doubt(reading.fields[i], "fields of the kind " + std::string(name_of(kind)) + " are not read");
      continue;
    }
    const Quad& place = form.fields[i].place;
    if (!detail::is_on_page(place, map, page)) {
      reading.fields[i].confidence = 0;
      detail::doubt(reading.fields[i], "it is not on the picture");
      continue;
    }
    const auto support = found.registration.support(place, detail::distance(place[0], place[3]));
    if (support && *support < options_.least_support) {
      detail::doubt(reading.fields[i], "the print around it was not found where it should be");
    }
  }
  apply_rules(form, rules_[found.form], reading, {.accept = options_.accept});
  if (options_.picture) {
    const Quad whole = upright(0, 0, form.page.width, form.page.height);
    result.registered =
        cut(page, map, whole, static_cast<Index>(form.page.width), static_cast<Index>(form.page.height));
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::form
