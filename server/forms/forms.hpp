#pragma once

#include <inkling/form/read_page.hpp>
#include <inkling/form/template.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/models.hpp"

namespace inkling::server {

/// A form that pages can be read of.
struct Form {
  form::FormTemplate layout;
  std::shared_ptr<const form::FormReader> reader;
};

/// A file that is no form, or whose page cannot be used.
struct RefusedForm {
  std::string file;
  std::string reason;
};

/// The forms of a folder, by their names, and the model that reads them.
struct FormSet {
  Model model = {};
  std::vector<Form> loaded = {};
  std::vector<RefusedForm> refused = {};
  std::vector<std::string> warnings = {};  // of files that are used, such as a key that nobody knows

  /// nullptr when there is none of this name.
  const Form* find(std::string_view name) const noexcept;
};

/// Reads pages of a form, whose page looks like this, by the first of the models and, where there is one, the network
/// of lines. Throws what form::FormReader throws, and FormatError for a picture of another size than the form's page.
Form make_form(form::TemplatePage page, const ModelSet& models);

/// Every form.json that is DIR/*.json or DIR/*/form.json, read by these models. What cannot be used is listed, and so
/// is a second form of one name. Throws FileError when the folder cannot be read.
FormSet load_forms(const std::filesystem::path& folder, const ModelSet& models);

}  // namespace inkling::server
