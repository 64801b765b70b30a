#pragma once

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Forms as they lie on disk, for the bindings.
namespace inkling::bindings {

/// The picture beside a form.json: its blank page, or the print of it. PNG, JPEG, WebP or TIFF.
/// Throws FileError, and FormatError for a picture of another size than the page.
inline GreyImage picture_of(const form::FormTemplate& form) {
  const std::string& name = form.page.print.empty() ? form.page.image : form.page.print;
  if (name.empty()) throw FileError("form '" + form.name + "': its page has no image, so no page can be laid on it");
  const std::filesystem::path path = std::filesystem::path(form.folder) / name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot open the image of form '" + form.name + "'");
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  GreyImage picture =
      decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                   {.bytes = bytes.size() + 1, .pixels = Index{60} << 20U, .memory = std::size_t{400} << 20U});
  if (std::abs(static_cast<double>(picture.width()) - form.page.width) > 0.5 ||
      std::abs(static_cast<double>(picture.height()) - form.page.height) > 0.5) {
    throw FormatError(path.string() + ": expected the page's " + std::to_string(std::lround(form.page.width)) + "x" +
                      std::to_string(std::lround(form.page.height)) + " pixels, got " +
                      std::to_string(picture.width()) + "x" + std::to_string(picture.height()));
  }
  return picture;
}

/// A reader of the forms in these files. Throws what load_template, picture_of and FormReader throw.
inline form::FormReader load_forms(const std::vector<std::filesystem::path>& files,
                                   std::shared_ptr<const Classifier> model, double accept) {
  std::vector<form::TemplatePage> pages;
  for (const std::filesystem::path& file : files) {
    form::FormTemplate form = form::load_template(file).form;
    GreyImage picture = picture_of(form);
    pages.push_back({std::move(form), std::move(picture)});
  }
  return {std::move(pages), std::move(model), {.accept = accept}};
}

}  // namespace inkling::bindings
