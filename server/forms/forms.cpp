#include "forms/forms.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/template_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

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

/// The print that pages are laid on.
GreyImage page_picture(const form::FormTemplate& layout) {
  const std::string& name = layout.page.print.empty() ? layout.page.image : layout.page.print;
  if (name.empty()) throw FormatError("its page has no image, so no page can be laid on it");
  const fs::path path = fs::path(layout.folder) / name;
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  if (!file) throw FileError(path.string() + ": it cannot be read");
  GreyImage picture = decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  if (std::abs(static_cast<double>(picture.width()) - layout.page.width) > 0.5 ||
      std::abs(static_cast<double>(picture.height()) - layout.page.height) > 0.5) {
    throw FormatError(path.string() + ": it has another size than the form's page");
  }
  return picture;
}

Form make_form(form::FormTemplate layout, const std::shared_ptr<const Classifier>& model) {
  std::vector<form::TemplatePage> pages;
  pages.push_back({layout, page_picture(layout)});
  auto reader =
      std::make_shared<const form::FormReader>(std::move(pages), model, form::FormReaderOptions{.picture = true});
  return {.layout = std::move(layout), .reader = std::move(reader)};
}

}  // namespace

const Form* FormSet::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(loaded.begin(), loaded.end(), [&](const Form& form) { return form.layout.name == name; });
  return found == loaded.end() ? nullptr : &*found;
}

FormSet load_forms(const fs::path& folder, const std::shared_ptr<const Classifier>& model) {
  FormSet set;
  for (const fs::path& file : form_files(folder)) {
    try {
      form::ParsedTemplate parsed = form::load_template(file);
      if (set.find(parsed.form.name) != nullptr) throw ValueError("there is a form of this name already");
      set.loaded.push_back(make_form(std::move(parsed.form), model));
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
