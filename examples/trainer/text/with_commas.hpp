#pragma once

#include <inkling/core/matrix.hpp>

#include <string>

/// "192,946". Requires: number >= 0.
inline std::string with_commas(inkling::Index number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}
