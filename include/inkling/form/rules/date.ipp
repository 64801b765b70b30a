#pragma once

#include <inkling/form/rules/date.hpp>
#include <inkling/read/date.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE std::string digits_of_date(std::string_view format, bool named) {
  std::string order;
  std::size_t months = named ? 0 : 2;
  for (const char c : format) {
    if (c == 'D' || c == 'Y') order += c;
    if (c != 'M' || months == 0) continue;
    order += c;
    --months;
  }
  return order;
}

INKLING_INLINE WithoutMonth take_month_out(std::string_view text) {
  constexpr std::size_t letters = month_names.front().size();
  for (std::size_t i = 0; i + letters <= text.size(); ++i) {
    const unsigned month = month_of(text.substr(i, letters));
    if (month == 0) continue;
    return {.month = month, .rest = std::string(text.substr(0, i)) + std::string(text.substr(i + letters))};
  }
  return {.rest = std::string(text)};
}

INKLING_INLINE ParsedDate parse_date(std::string_view text, std::string_view format) {
  const auto none = [&](const std::string& why) { return ParsedDate{.problem = "'" + std::string(text) + "' " + why}; };
  const WithoutMonth named = take_month_out(text);
  constexpr std::string_view signs = " /-.";  // beside a name, whatever the format has
  std::string digits;
  for (const char c : named.rest) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != ' ' && format.find(c) == std::string_view::npos &&
               (named.month == 0 || signs.find(c) == std::string_view::npos)) {
      return none(std::string("has a '") + c + "'");
    }
  }
  const std::string order = digits_of_date(format, named.month > 0);
  if (named.month > 0 && digits.size() + 1 == order.size()) digits.insert(order.find('D'), 1, '0');
  if (digits.size() != order.size()) {
    return none("has " + std::to_string(digits.size()) + " digits, a date " + std::string(format) + " has " +
                std::to_string(order.size()));
  }
  int day = 0, month = static_cast<int>(named.month), year = 0, year_digits = 0;
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
