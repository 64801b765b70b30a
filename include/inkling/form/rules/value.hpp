#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/template.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// What a field or a part of a rule is worth. Nothing is worth 0 unless 0 was written (an unticked box is 0, too).
struct Value {
  bool missing = false;     // empty, crossed or unread: a rule with it cannot be checked
  std::string reason = {};  // why it is missing
  std::string text = {};
  std::optional<double> number = {};  // dates: days since 1970-01-01
  bool is_text = false;               // compared with others of its kind character by character: "007" is not "7"
};

Value missing_value(const std::string& reason, std::string_view text = {});

/// The text without empty marks and blanks at both ends: "XX2" without X is "2".
std::string_view without_marks(std::string_view text, const std::vector<std::string>& marks);

/// The value of a field that was read as `text`. Digits lose empty marks at their ends: "XX2" is 2, "XXX" is missing.
Value field_value(const Field& field, std::string_view text);

/// The characters of the cells, one after another, as the text of a field: empty cells at both ends drop out, one in
/// the middle is a blank; a decimal gets its sign and a date its separators.
std::string compose_text(const Field& field, const std::vector<std::string>& labels);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/value.ipp>
#endif
