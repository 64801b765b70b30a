#include "forms/template_page.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "forms/page_source.hpp"

namespace {

using inkling::GreyImage;
using namespace inkling::form;

GreyImage picture_of(const FormTemplate& form, const std::string& name) {
  const std::filesystem::path file = std::filesystem::path(form.folder) / name;
  try {
    return PageFile(file.string()).page(1);
  } catch (const inkling::Error& error) {
    throw inkling::FileError("form '" + form.name + "': " + file.string() + ": " + error.what());
  }
}

bool has_marks(const FormTemplate& form) {
  return std::any_of(form.fields.begin(), form.fields.end(), [](const Field& field) {
    return field.kind == FieldKind::choice || field.kind == FieldKind::tick;
  });
}

}  // namespace

TemplatePage template_page(const FormTemplate& form) {
  const PageTemplate& page = form.page;
  TemplatePage result{.form = form};
  const std::string& name = page.print.empty() ? page.image : page.print;
  if (name.empty()) {
    if (page.frame == Frame::markers && page.marker.empty()) {
      throw inkling::FileError("form '" + form.name + "': its page has neither an image nor a \"marker\" to look for");
    }
    if (page.frame == Frame::picture && !has_marks(form)) {
      throw inkling::FileError("form '" + form.name + "': its page has no image, so no page can be laid on it");
    }
    if (page.frame == Frame::markers) result.marker = picture_of(form, page.marker);
    return result;
  }
  result.image = picture_of(form, name);
  const double wide = static_cast<double>(result.image.width());
  const double high = static_cast<double>(result.image.height());
  if (std::abs(wide - page.width) > 0.5 || std::abs(high - page.height) > 0.5) {
    throw inkling::FormatError("form '" + form.name + "': the page is " + std::to_string(std::lround(page.width)) +
                               "x" + std::to_string(std::lround(page.height)) + " pixels, its image " + name + " is " +
                               std::to_string(result.image.width()) + "x" + std::to_string(result.image.height()));
  }
  return result;
}
