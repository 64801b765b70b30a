#pragma once

#include <inkling/core/config.hpp>

#include <string>
#include <version>

#ifdef __cpp_lib_to_chars
#include <array>
#include <charconv>
#else
#include <concepts>
#include <limits>
#include <locale>
#include <sstream>
#endif

namespace inkling::inline INKLING_ABI::detail {

/// The shortest text that reads back as the same number: std::to_chars, also for floating point where the standard
/// library has it for integers alone (see read_number).
template <typename Number>
std::string shortest_text(Number value) {
#ifndef __cpp_lib_to_chars
  if constexpr (std::floating_point<Number>) {
    for (int digits = 1;; ++digits) {
      std::ostringstream written;
      written.imbue(std::locale::classic());
      written.precision(digits);
      written << value;
      std::istringstream stream(written.str());
      stream.imbue(std::locale::classic());
      Number read = 0;
      stream >> read;
      if (read == value || digits == std::numeric_limits<Number>::max_digits10) return written.str();
    }
  } else {
    return std::to_string(value);
  }
#else
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
#endif
}

}  // namespace inkling::inline INKLING_ABI::detail
