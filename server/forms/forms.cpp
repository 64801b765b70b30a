#include "forms/forms.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/template_file.hpp>
#ifdef INKLING_ZXING
#include <inkling/form/barcode/read_barcode.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include "operations/file_bytes.hpp"

namespace inkling::server {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> form_files(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) throw FileError("cannot read the forms folder " + folder.string() + ": " + error.message());
  std::vector<fs::path> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
    if (const fs::path inside = entry.path() / "form.json"; fs::exists(inside, error)) files.push_back(inside);
  }
  std::sort(files.begin(), files.end());
  return files;
}

GreyImage picture_of(const form::FormTemplate& layout, const std::string& name) {
  const fs::path path = fs::path(layout.folder) / name;
  const std::vector<char> bytes = file_bytes(path);
  return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// With the print that pages are laid on, or the marker that they are found by.
form::TemplatePage template_page(const form::FormTemplate& layout) {
  form::TemplatePage page{.form = layout};
  const std::string& name = layout.page.print.empty() ? layout.page.image : layout.page.print;
  if (name.empty()) {
    if (!layout.page.marker.empty()) page.marker = picture_of(layout, layout.page.marker);
    return page;
  }
  page.image = picture_of(layout, name);
  return page;
}

}  // namespace

const Form* FormSet::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(loaded.begin(), loaded.end(), [&](const Form& form) { return form.layout.name == name; });
  return found == loaded.end() ? nullptr : &*found;
}

Form make_form(form::TemplatePage page, const ModelSet& models) {
  const form::PageTemplate& told = page.form.page;
  if (!page.image.empty() && (std::abs(static_cast<double>(page.image.width()) - told.width) > 0.5 ||
                              std::abs(static_cast<double>(page.image.height()) - told.height) > 0.5)) {
    throw FormatError((fs::path(page.form.folder) / (told.print.empty() ? told.image : told.print)).string() +
                      ": it has another size than the form's page");
  }
  form::FormReaderOptions options{.picture = true, .lines = models.lines};
#ifdef INKLING_ZXING
  options.barcode = form::read_barcode;
#endif
  form::FormTemplate layout = page.form;
  std::vector<form::TemplatePage> pages;
  pages.push_back(std::move(page));
  auto reader =
      std::make_shared<const form::FormReader>(std::move(pages), models.loaded.front().classifier, std::move(options));
  return {.layout = std::move(layout), .reader = std::move(reader)};
}

FormSet load_forms(const fs::path& folder, const ModelSet& models) {
  FormSet set{.model = models.loaded.front()};
  for (const fs::path& file : form_files(folder)) {
    try {
      form::ParsedTemplate parsed = form::load_template(file);
      if (set.find(parsed.form.name) != nullptr) throw ValueError("there is a form of this name already");
      set.loaded.push_back(make_form(template_page(parsed.form), models));
      set.warnings.insert(set.warnings.end(), parsed.warnings.begin(), parsed.warnings.end());
    } catch (const std::exception& error) {
      set.refused.push_back({.file = file.string(), .reason = error.what()});
    }
  }
  std::sort(set.loaded.begin(), set.loaded.end(),
            [](const Form& a, const Form& b) { return a.layout.name < b.layout.name; });
  return set;
}

}  // namespace inkling::server
