#pragma once

#include <inkling/core/config.hpp>

#include <array>
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

/// "12" or "1.33", without needless digits.
inline std::string number_text(double number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.12g", number);
  return text.data();
}

}  // namespace inkling::inline INKLING_ABI::form::detail
