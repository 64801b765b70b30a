#pragma once

#include <inkling/core/config.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form::detail {

inline bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

inline std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// How many characters of UTF-8.
inline std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// "12" or "1.33", without needless digits.
inline std::string number_text(double number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.12g", number);
  return text.data();
}

}  // namespace inkling::inline INKLING_ABI::form::detail
