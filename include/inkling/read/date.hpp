#pragma once

#include <inkling/core/config.hpp>

#include <string>

namespace inkling::inline INKLING_ABI {

/// Whether a text may be a date as people write it: a day and a month of the calendar in either order and a year of two
/// or four digits, with the same of / - . between them, as 5/11/2023.
bool is_date(const std::string& text);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/date.ipp>
#endif
