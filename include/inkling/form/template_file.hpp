#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/template.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A template and what is odd about its file without making it unusable, such as a key that nobody knows: one line
/// each.
struct ParsedTemplate {
  FormTemplate form;
  std::vector<std::string> warnings;
};

/// Reads the text of a form.json; `source` is what messages call it. Lists of values that lie in files of their own are
/// not read. Throws FormatError that names the field and the line: "c1.json:7: field 'votes01': "cells": expected …,
/// got …".
ParsedTemplate parse_template(std::string_view text, const std::string& source = "form.json");

/// Reads a form.json and the lists of values that it names; FormTemplate::folder becomes its folder. Throws what
/// parse_template throws, FileError for a file that cannot be read.
ParsedTemplate load_template(const std::filesystem::path& file);

/// The text of a form.json that parse_template turns into the same template.
std::string template_text(const FormTemplate& form);

/// Writes form.json whole or not at all. Throws FileError.
void save_template(const FormTemplate& form, const std::filesystem::path& file);

/// "digits", and back. Throws ValueError for a name that is no kind.
std::string_view name_of(FieldKind kind) noexcept;
FieldKind field_kind(std::string_view name);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/template_file.ipp>
#endif
