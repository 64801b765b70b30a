#pragma once

#include <inkling/form/rules/date.hpp>

#include <chrono>
#include <cstddef>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE ParsedDate parse_date(std::string_view text, std::string_view format) {
  const auto none = [&](const std::string& why) { return ParsedDate{.problem = "'" + std::string(text) + "' " + why}; };
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != ' ' && format.find(c) == std::string_view::npos) {
      return none(std::string("has a '") + c + "'");
    }
  }
  std::string order;
  for (const char c : format) {
    if (c == 'D' || c == 'M' || c == 'Y') order += c;
  }
  if (digits.size() != order.size()) {
    return none("has " + std::to_string(digits.size()) + " digits, a date " + std::string(format) + " has " +
                std::to_string(order.size()));
  }
  int day = 0, month = 0, year = 0, year_digits = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const int digit = digits[i] - '0';
    if (order[i] == 'D') day = 10 * day + digit;
    if (order[i] == 'M') month = 10 * month + digit;
    if (order[i] == 'Y') {
      year = 10 * year + digit;
      ++year_digits;
    }
  }
  if (year_digits == 2) year += year < 70 ? 2000 : 1900;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return none("is no day of the calendar");
  return {.days = static_cast<long>(std::chrono::sys_days(date).time_since_epoch().count())};
}

}  // namespace inkling::inline INKLING_ABI::form
