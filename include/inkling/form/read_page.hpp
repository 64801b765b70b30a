#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/registration/framed_page.hpp>
#include <inkling/form/registration/register_page.hpp>
#include <inkling/form/rules/apply_rules.hpp>
#include <inkling/form/template.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A template and the picture of its page.
struct TemplatePage {
  FormTemplate form;
  GreyImage image = {};   // of form.page.width x form.page.height pixels: the print alone where PageTemplate::print is
                          // given; empty: pages are found by their frame and bubbles, as PageTemplate::frame says
  GreyImage marker = {};  // what a corner marker looks like, for Frame::markers without an image
};

/// Where the fields of a form's page are, and whether what stands in them is print: on a page that was filled in it is
/// not, unless the form knows the print apart.
ReferenceOptions reference_options(const FormTemplate& form);

/// What registration needs of a template without a picture: its frame, and the places of its bubbles.
FramedPage framed_page(const TemplatePage& page);

struct FormReaderOptions {
  RegistrationOptions registration = {};
  double accept = 0.9;                          // fields of less confidence are doubtful
  double least_support = 0.34;                  // of the print around a field that must be found
                                                // on the page; less is doubtful
  bool picture = false;                         // give the registered page back as well
  std::shared_ptr<const LineModel> lines = {};  // a second opinion on numbers and dates: ReadCellsOptions::lines
  /// What reads fields of the kind barcode: read_barcode of form/barcode/read_barcode.hpp, in programs that link ZXing.
  /// Without it they are doubtful.
  std::function<FieldReading(const Field& field, const FieldPicture& picture)> barcode = {};

  void check() const;  // throws ValueError that names the first field out of range
};

/// What came out of a page. `file` and `page` of the reading are the caller's.
struct ReadPage {
  PageReading reading;
  std::optional<GreyImage> registered = {};  // the page as it lies on its template
};

/// Reads pages of some forms: which form it is, where it lies, what is in its
/// cells, what the rules say. Prepared once; const use is thread-safe.
class FormReader {
 public:
  /// Throws ValueError for no template, for two of one name, for one whose picture has no print, and for one without a
  /// picture whose frame needs markers that are not given; FormatError for a rule that cannot be read; what
  /// check_readable throws for a model that cannot read them.
  FormReader(std::vector<TemplatePage> pages, std::shared_ptr<const Classifier> model, FormReaderOptions options = {});

  const std::vector<FormTemplate>& forms() const noexcept { return forms_; }

  /// A page that fits none of the forms is refused with a reason. Throws
  /// ShapeError for an empty picture.
  ReadPage read(const GreyImage& page) const;

 private:
  struct Found {
    std::size_t form = 0;
    Registration registration = {};
    std::optional<std::size_t> rival = {};
  };

  Found find(const GreyImage& page) const;
  FieldReading read_special(const Field& field, const FieldPicture& picture) const;

  std::vector<FormTemplate> forms_;
  std::vector<GreyImage> images_;  // of the templates' pages
  std::vector<ReferencePage> references_;
  std::vector<std::size_t> pictured_;                       // the form of each reference
  std::vector<std::pair<std::size_t, FramedPage>> framed_;  // those without a picture
  std::vector<CompiledRules> rules_;
  std::shared_ptr<const Classifier> model_;
  FormReaderOptions options_;
};

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/read_page.ipp>
#endif
