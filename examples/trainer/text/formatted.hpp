#pragma once

#include <cstdio>
#include <string>

/// What printf would print; at most 95 characters.
template <typename... Values>
std::string formatted(const char* format, Values... values) {
  char text[96];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}
