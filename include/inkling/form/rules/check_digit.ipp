#pragma once

#include <inkling/form/rules/check_digit.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// Without blanks and hyphens; nothing when there is more than digits (and, where admitted, capitals).
inline std::optional<std::string> code_characters(std::string_view text, bool capitals) {
  std::string code;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(capitals && c >= 'A' && c <= 'Z')) return std::nullopt;
    code += c;
  }
  return code;
}

}  // namespace detail

INKLING_INLINE bool luhn_holds(std::string_view text) {
  const auto code = detail::code_characters(text, false);
  if (!code || code->size() < 2) return false;
  int sum = 0;
  for (std::size_t i = 0; i < code->size(); ++i) {
    const int digit = (*code)[code->size() - 1 - i] - '0';
    const int doubled = i % 2 == 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 == 0;
}

INKLING_INLINE bool isbn_holds(std::string_view text) {
  const auto code = detail::code_characters(text, true);
  if (!code) return false;
  int sum = 0;
  if (code->size() == 10) {
    for (std::size_t i = 0; i < 10; ++i) {
      const char c = (*code)[i];
      const bool ten = c == 'X' && i == 9;
      if (!ten && (c < '0' || c > '9')) return false;
      sum += (10 - static_cast<int>(i)) * (ten ? 10 : c - '0');
    }
    return sum % 11 == 0;
  }
  if (code->size() != 13 || !(code->starts_with("978") || code->starts_with("979"))) return false;
  for (std::size_t i = 0; i < 13; ++i) {
    const char c = (*code)[i];
    if (c < '0' || c > '9') return false;
    sum += (i % 2 == 0 ? 1 : 3) * (c - '0');
  }
  return sum % 10 == 0;
}

INKLING_INLINE bool iban_holds(std::string_view text) {
  const auto code = detail::code_characters(text, true);
  if (!code || code->size() < 5 || code->size() > 34) return false;
  const auto letter = [&](std::size_t i) { return (*code)[i] >= 'A'; };
  if (!letter(0) || !letter(1) || letter(2) || letter(3)) return false;
  int rest = 0;
  for (std::size_t i = 0; i < code->size(); ++i) {
    const char c = (*code)[(i + 4) % code->size()];  // country and check digits go last
    rest = c >= 'A' ? (100 * rest + (c - 'A' + 10)) % 97 : (10 * rest + (c - '0')) % 97;
  }
  return rest == 1;
}

INKLING_INLINE bool verhoeff_holds(std::string_view text) {
  const auto code = detail::code_characters(text, false);
  if (!code || code->size() < 2) return false;
  // Products of the dihedral group of the pentagon: turns are 0 to 4, reflections 5 to 9.
  const auto product = [](int a, int b) {
    if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
    return b < 5 ? 5 + (a - 5 - b + 5) % 5 : (a - b + 5) % 5;
  };
  constexpr std::array<int, 10> permutation{1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  int check = 0;
  for (std::size_t i = 0; i < code->size(); ++i) {
    int digit = (*code)[code->size() - 1 - i] - '0';
    for (std::size_t times = 0; times < i % 8; ++times) digit = permutation[static_cast<std::size_t>(digit)];
    check = product(check, digit);
  }
  return check == 0;
}

}  // namespace inkling::inline INKLING_ABI::form
