#pragma once

#include <inkling/form/rules/detail/characters.hpp>
#include <inkling/form/rules/number.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline constexpr std::size_t exact_digits = 15;  // that a double holds

inline ParsedNumber no_number(std::string_view text, const std::string& why) {
  return {.value = std::nullopt, .problem = "'" + std::string(text) + "' " + why};
}

inline ParsedNumber digits_value(std::string_view text, std::string_view digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  if (digits.size() - first > exact_digits) return no_number(text, "has too many digits to calculate with");
  double value = 0;
  for (const char c : digits) value = 10 * value + (c - '0');
  return {.value = value};
}

}  // namespace detail

INKLING_INLINE ParsedNumber parse_count(std::string_view text) {
  using detail::no_number;
  const std::string_view body = detail::trimmed(text);
  if (body.empty()) return no_number(text, "is empty");
  if (body.front() == '-' || body.front() == '+') return no_number(text, "has a sign, a count has none");
  std::string digits;
  char mark = 0;
  std::size_t group = 0;  // digits since the last mark
  for (const char c : body) {
    if (detail::is_digit(c)) {
      digits += c;
      ++group;
      continue;
    }
    if (c != '.' && c != ',' && c != ' ' && c != '\'') return no_number(text, std::string("has a '") + c + "'");
    if (mark != 0 && c != mark) return no_number(text, "has two kinds of marks between groups");
    if (mark == 0 ? group == 0 || group > 3 : group != 3)
      return no_number(text, "has a group of other than three digits");
    mark = c;
    group = 0;
  }
  if (mark != 0 && group != 3) return no_number(text, "has a group of other than three digits");
  return detail::digits_value(text, digits);
}

INKLING_INLINE ParsedNumber parse_decimal(std::string_view text) {
  using detail::no_number;
  std::string_view body = detail::trimmed(text);
  const bool negative = !body.empty() && body.front() == '-';
  if (negative || (!body.empty() && body.front() == '+')) body.remove_prefix(1);
  std::string digits;
  std::optional<std::size_t> behind;  // digits behind the sign
  for (const char c : body) {
    if (detail::is_digit(c)) {
      digits += c;
      if (behind) ++*behind;
    } else if (c == '.' || c == ',') {
      if (behind) return no_number(text, "has two decimal signs");
      if (digits.empty()) return no_number(text, "has no digit before the decimal sign");
      behind = 0;
    } else {
      return no_number(text, std::string("has a '") + c + "'");
    }
  }
  if (digits.empty()) return no_number(text, "is empty");
  if (behind == std::size_t{0}) return no_number(text, "has no digit behind the decimal sign");
  ParsedNumber number = detail::digits_value(text, digits);
  if (!number.value) return number;
  double scale = 1;
  for (std::size_t i = 0; i < behind.value_or(0); ++i) scale *= 10;
  number.value = (negative ? -1 : 1) * *number.value / scale;
  return number;
}

}  // namespace inkling::inline INKLING_ABI::form
