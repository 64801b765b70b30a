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

/// What each digit of a date in this format is: D, M or Y. named: its month is a name and has no digits.
std::string digits_of_date(std::string_view format, bool named);

/// A text without the first name of a month in it.
struct WithoutMonth {
  unsigned month = 0;  // 1 to 12; 0: there is none, and rest is the whole text
  std::string rest = {};
};

WithoutMonth take_month_out(std::string_view text);

/// Reads a date by a format such as DDMMYYYY or DD.MM.YY, as Field::format has it: its digits one by one; other
/// characters of the format may be there or not. The name of a month may stand for its digits, and digits for a name
/// (DDMMMYYYY); a day before a name has one digit or two. Years of two digits mean 1970 to 2069.
ParsedDate parse_date(std::string_view text, std::string_view format);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/date.ipp>
#endif
