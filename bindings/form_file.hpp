#pragma once

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/picture/grey_image.hpp>

#ifdef INKLING_ZXING
#include <inkling/form/barcode/read_barcode.hpp>
#endif

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "loaded_model.hpp"
#include "picture_limits.hpp"

/// Forms as they lie on disk, for the bindings.
namespace inkling::bindings {

/// A picture that lies beside a form.json: PNG, JPEG, WebP or TIFF. Throws FileError, and what decode_image throws.
inline GreyImage picture_beside(const form::FormTemplate& form, const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(form.folder) / name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot open the picture of form '" + form.name + "'");
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                      picture_limits(bytes.size()));
}

/// A template with its blank page, or the print of it, or what its corner markers look like.
/// Throws as picture_beside, and FormatError for a picture of another size than the page.
inline form::TemplatePage page_of(form::FormTemplate form) {
  const form::PageTemplate& page = form.page;
  const std::string& name = page.print.empty() ? page.image : page.print;
  form::TemplatePage result;
  if (!name.empty()) {
    result.image = picture_beside(form, name);
    const auto fits = [](Index got, double expected) { return std::abs(static_cast<double>(got) - expected) <= 0.5; };
    if (!fits(result.image.width(), page.width) || !fits(result.image.height(), page.height)) {
      throw FormatError(name + ": expected the page's " + std::to_string(std::lround(page.width)) + "x" +
                        std::to_string(std::lround(page.height)) + " pixels, got " +
                        std::to_string(result.image.width()) + "x" + std::to_string(result.image.height()));
    }
  } else if (!page.marker.empty()) {
    result.marker = picture_beside(form, page.marker);
  }
  result.form = std::move(form);
  return result;
}

/// A reader of the forms in these files, by a model and what lies beside it. Throws what load_template, page_of and
/// FormReader throw.
inline form::FormReader load_forms(const std::vector<std::filesystem::path>& files, const LoadedModel& model,
                                   double accept) {
  std::vector<form::TemplatePage> pages;
  for (const std::filesystem::path& file : files) pages.push_back(page_of(form::load_template(file).form));
  form::FormReaderOptions options{.accept = accept, .lines = model.lines};
#ifdef INKLING_ZXING
  options.barcode = form::read_barcode;
#endif
  return {std::move(pages), model.model, std::move(options)};
}

}  // namespace inkling::bindings
