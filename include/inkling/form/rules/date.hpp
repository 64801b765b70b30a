#pragma once

#include <inkling/core/config.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form {

/// A day of the calendar, or why the text is none.
struct ParsedDate {
  std::optional<long> days = {};  // since 1970-01-01, in the Gregorian calendar
  std::string problem = {};       // empty when there is a day
};

/// Reads a date by a format such as DDMMYYYY or DD.MM.YY, as Field::format has it: its digits one by one; other
/// characters of the format may be there or not. Years of two digits mean 1970 to 2069.
ParsedDate parse_date(std::string_view text, std::string_view format);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/date.ipp>
#endif
