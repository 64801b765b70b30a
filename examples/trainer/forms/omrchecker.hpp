#pragma once

#include <inkling/form/template.hpp>

#include <string>
#include <string_view>
#include <vector>

struct ImportedForm {
  inkling::form::FormTemplate form;
  std::vector<std::string> warnings;  // what OMRChecker would do and Inkling leaves out
};

/// Turns OMRChecker's template.json into a template: each label of its field blocks is a choice, its customLabels are
/// joined fields. Coordinates count from the corner of the page, or of the rectangle between the centres of the corner
/// markers where it crops to these (PageTemplate::frame). Throws inkling::FormatError that names the block.
ImportedForm import_omrchecker(std::string_view json, const std::string& source, const std::string& name);
