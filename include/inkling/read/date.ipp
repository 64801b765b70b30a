#pragma once

#include <inkling/model/class_meaning.hpp>
#include <inkling/read/date.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// 5 NOV 2023: a day, a month's name, and a year.
inline bool is_date_with_name(std::string_view text) {
  const auto digits_from = [&](std::size_t from) {
    std::size_t end = from;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    return end - from;
  };
  const std::size_t day = digits_from(0);
  if (day < 1 || day > 2 || day == text.size()) return false;
  constexpr std::string_view signs = "/-. ";
  const std::size_t sign = signs.find(text[day]) == std::string_view::npos ? 0 : 1;
  const std::size_t name = day + sign;
  const std::size_t year = name + month_names.front().size() + sign;
  if (year >= text.size() || (sign == 1 && text[year - 1] != text[day])) return false;
  const std::size_t digits = digits_from(year);
  const int number = std::stoi(std::string(text.substr(0, day)));
  return month_of(text.substr(name, month_names.front().size())) > 0 && number >= 1 && number <= 31 &&
         (digits == 2 || digits == 4) && year + digits == text.size();
}

}  // namespace detail

INKLING_INLINE unsigned month_of(std::string_view name) {
  const auto same = [&](std::string_view month) {
    return std::equal(month.begin(), month.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == as_capital(b); });
  };
  const auto found = std::find_if(month_names.begin(), month_names.end(), same);
  return found == month_names.end() ? 0U : static_cast<unsigned>(std::distance(month_names.begin(), found)) + 1U;
}

INKLING_INLINE bool is_date(const std::string& text) {
  if (detail::is_date_with_name(text)) return true;
  std::vector<std::string> parts(1);
  char sign = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      parts.back() += c;
      continue;
    }
    if ((c != '/' && c != '-' && c != '.') || (sign != 0 && c != sign)) return false;
    sign = c;
    parts.emplace_back();
  }
  if (parts.size() != 3) return false;
  const auto number = [&](std::size_t part) {
    const std::string& digits = parts[part];
    return digits.size() == 1 || digits.size() == 2 ? std::stoi(digits) : 0;
  };
  const auto [least, most] = std::minmax({number(0), number(1)});
  return least >= 1 && least <= 12 && most <= 31 && (parts[2].size() == 2 || parts[2].size() == 4);
}

}  // namespace inkling::inline INKLING_ABI
