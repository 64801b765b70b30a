#include "forms/template_picture.hpp"

#include <inkling/core/error.hpp>

#include <cmath>
#include <filesystem>
#include <string>

#include "forms/page_source.hpp"

inkling::GreyImage template_picture(const inkling::form::FormTemplate& form) {
  const inkling::form::PageTemplate& page = form.page;
  const std::string& name = page.print.empty() ? page.image : page.print;
  if (name.empty()) {
    throw inkling::FileError("form '" + form.name + "': its page has no image, so no page can be laid on it");
  }
  const std::filesystem::path file = std::filesystem::path(form.folder) / name;
  inkling::GreyImage picture;
  try {
    picture = PageFile(file.string()).page(1);
  } catch (const inkling::Error& error) {
    throw inkling::FileError("form '" + form.name + "': " + file.string() + ": " + error.what());
  }
  const double wide = static_cast<double>(picture.width());
  const double high = static_cast<double>(picture.height());
  if (std::abs(wide - page.width) > 0.5 || std::abs(high - page.height) > 0.5) {
    throw inkling::FormatError("form '" + form.name + "': the page is " + std::to_string(std::lround(page.width)) +
                               "x" + std::to_string(std::lround(page.height)) + " pixels, its image " + name + " is " +
                               std::to_string(picture.width()) + "x" + std::to_string(picture.height()));
  }
  return picture;
}
