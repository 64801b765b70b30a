#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/detail/field_cut.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/read_cells.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/read_table.hpp>
#include <inkling/form/registration/cut.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void FormReaderOptions::check() const {
  registration.check();
  in_range("FormReaderOptions::accept", accept, {0, 1});
  in_range("FormReaderOptions::least_support", least_support, {0, 1});
}

namespace detail {

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

inline bool fits_better(const Registration& a, const Registration& b) {
  if (a.registered != b.registered) return a.registered;
  return a.agreement * a.coverage > b.agreement * b.coverage;
}

/// What a table of a form says: cells in pixels of the field's picture.
inline void read_table_field(const Field& field, const FieldPicture& picture, const Classifier& model,
                             const FormReaderOptions& options, FieldReading& reading) {
  TableReading table =
      read_table(picture.picture, model,
                 {.columns = field.columns, .rows = field.rows, .accept = options.accept, .lines = options.lines});
  reading.rows = std::move(table.rows);
  reading.confidence = table.reason.empty() ? 1 : 0;
  reading.status = FieldStatus::read;
  std::size_t doubtful = 0;
  for (const std::vector<FieldReading>& row : reading.rows) {
    for (const FieldReading& column : row) {
      doubtful += column.status == FieldStatus::doubtful ? 1 : 0;
      reading.confidence *= column.confidence;
    }
  }
  if (!table.reason.empty()) doubt(reading, table.reason);
  if (doubtful > 0) doubt(reading, std::to_string(doubtful) + " of its cells are doubtful");
}

}  // namespace detail

INKLING_INLINE FramedPage framed_page(const TemplatePage& page) {
  FramedPage framed{.width = page.form.page.width,
                    .height = page.form.page.height,
                    .frame = page.form.page.frame,
                    .marker = page.marker};
  for (const Field& field : page.form.fields) {
    if (field.kind != FieldKind::choice && field.kind != FieldKind::tick) continue;
    std::vector<Quad> marks;
    for (const Cell& cell : cells_of(field)) marks.push_back(cell.place);
    if (marks.empty()) marks.push_back(field.place);
    framed.marks.push_back(std::move(marks));
  }
  return framed;
}

INKLING_INLINE ReferenceOptions reference_options(const FormTemplate& form) {
  const bool is_written_on = form.page.filled && form.page.print.empty();
  ReferenceOptions options;
  for (const Field& field : form.fields) {
    options.fields.push_back(field.place);
    if (is_written_on) options.handwriting.push_back(field.place);
  }
  return options;
}

INKLING_INLINE FormReader::FormReader(std::vector<TemplatePage> pages, std::shared_ptr<const Classifier> model,
                                      FormReaderOptions options)
    : model_(std::move(model)), options_(std::move(options)) {
  options_.check();
  require<ValueError>(model_ != nullptr, "FormReader: expected a model, got none");
  require<ValueError>(!pages.empty(), "expected at least one template, got none");
  std::set<std::string> names;
  for (TemplatePage& page : pages) {
    if (!names.insert(page.form.name).second) {
      throw ValueError("there are two templates of the name '" + page.form.name + "'");
    }
    rules_.push_back(compile_rules(page.form));
    if (page.image.empty()) {
      require<ValueError>(page.form.page.frame != Frame::markers || !page.marker.empty(),
                          "a form without a page's image whose frame is of markers needs a picture of a marker");
      framed_.push_back({forms_.size(), framed_page(page)});
    } else {
      pictured_.push_back(forms_.size());
      references_.emplace_back(page.image, reference_options(page.form));
    }
    forms_.push_back(std::move(page.form));
    images_.push_back(std::move(page.image));
  }
}

INKLING_INLINE FormReader::Found FormReader::find(const GreyImage& page) const {
  Found found;
  if (!references_.empty()) {
    Identification identified = identify_page(references_, page, options_.registration);
    found.form = pictured_[identified.form];
    found.registration = std::move(identified.registration);
    if (identified.rival) found.rival = pictured_[*identified.rival];
  }
  for (const auto& [form, framed] : framed_) {
    Registration registration = register_framed(framed, page, options_.registration);
    const bool first = references_.empty() && form == framed_.front().first;
    if (!first && !detail::fits_better(registration, found.registration)) continue;
    found = {.form = form, .registration = std::move(registration), .rival = {}};
  }
  return found;
}

INKLING_INLINE FieldReading FormReader::read_special(const Field& field, const FieldPicture& picture) const {
  FieldReading reading{.name = field.name};
  if (field.kind == FieldKind::table) {
    detail::read_table_field(field, picture, *model_, options_, reading);
  } else if (options_.barcode) {
    reading = options_.barcode(field, picture);
  } else {
    detail::doubt(reading, "this program was built without ZXing, which reads barcodes");
  }
  return reading;
}

INKLING_INLINE ReadPage FormReader::read(const GreyImage& page) const {
  ReadPage result;
  PageReading& reading = result.reading;
  const Found found = find(page);
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
  const bool print_alone = !images_[found.form].empty() && (!form.page.filled || !form.page.print.empty());
  for (const Field& field : form.fields) {
    pictures.push_back(detail::field_picture(field, page, map, print_alone ? &images_[found.form] : nullptr));
    pictures.back().print_is_learnt = form.page.filled;
  }
  reading.fields = read_cells(form.fields, pictures, *model_, {.lines = options_.lines});
  for (std::size_t i = 0; i < form.fields.size(); ++i) {
    const FieldKind kind = form.fields[i].kind;
    if (kind == FieldKind::barcode || kind == FieldKind::table) {
      reading.fields[i] = read_special(form.fields[i], pictures[i]);
    }
    detail::place_on_template(form.fields[i], pictures[i].picture, reading.fields[i]);
    const Quad& place = form.fields[i].place;
    if (!detail::is_on_page(place, map, page)) {
      reading.fields[i].confidence = 0;
      detail::doubt(reading.fields[i], "it is not on the picture");
      continue;
    }
    if (form.fields[i].required && reading.fields[i].status == FieldStatus::empty) {
      detail::doubt(reading.fields[i], "it is empty, and it is required");
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
