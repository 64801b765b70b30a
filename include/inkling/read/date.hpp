#pragma once

#include <inkling/core/config.hpp>

#include <array>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI {

/// The names of the months as dates have them, January first.
inline constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                              "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

/// The month of a name in any case, 1 to 12; 0 for what is none.
unsigned month_of(std::string_view name);

/// Whether a text may be a date as people write it: a day and a month of the calendar in either order and a year of two
/// or four digits, with the same of / - . between them, as 5/11/2023; or a day, a month's name and a year, with the
/// same of these or a blank between them or nothing, as 5 NOV 2023.
bool is_date(const std::string& text);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/date.ipp>
#endif
