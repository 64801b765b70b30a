#pragma once

#include <inkling/read/date.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE bool is_date(const std::string& text) {
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
