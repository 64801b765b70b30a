#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>

#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form {

/// What a person typed into a field, as the field's text; or why it cannot be that.
struct TypedText {
  std::string text = {};
  FieldStatus status = FieldStatus::read;  // read; empty; crossed, for one of the field's empty marks
  std::string problem = {};                // empty when it can: "'300,00' has a group of other than three digits"

  bool operator==(const TypedText&) const = default;
};

/// Takes numbers as people type and paste them: blanks, tabs and line ends around them do not matter, groups of three
/// lose their marks (1.000 becomes 1000), a decimal comma becomes a point, and leading zeros stay. More characters than
/// the field has cells are refused, and so are a text beside its pattern or charset, another number of digits than a
/// date has, a value that a choice does not have, and several lines at once. That a date is no day of the calendar is
/// no reason: it says what was written.
TypedText typed_text(const Field& field, std::string_view typed);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/typed_text.ipp>
#endif
