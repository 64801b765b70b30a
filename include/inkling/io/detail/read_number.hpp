#pragma once

#include <inkling/core/config.hpp>

#include <charconv>
#include <concepts>
#include <version>

#ifndef __cpp_lib_to_chars
#include <locale>
#include <sstream>
#include <string>
#endif

namespace inkling::inline INKLING_ABI::detail {

/// std::from_chars, also for floating point where the standard library has it for integers alone (libc++ up to 19, and
/// with it emscripten). That way takes only a number that is all of [begin, end).
template <typename Number>
std::from_chars_result read_number(const char* begin, const char* end, Number& value) {
#ifndef __cpp_lib_to_chars
  if constexpr (std::floating_point<Number>) {
    std::istringstream stream(std::string(begin, end));
    stream.imbue(std::locale::classic());
    Number read = 0;
    stream >> std::noskipws >> read;
    if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) {
      return {begin, std::errc::invalid_argument};
    }
    value = read;
    return {end, std::errc()};
  } else {
    return std::from_chars(begin, end, value);
  }
#else
  return std::from_chars(begin, end, value);
#endif
}

}  // namespace inkling::inline INKLING_ABI::detail
