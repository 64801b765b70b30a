#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>

#include <cstdio>
#include <string>

namespace inkling::inline INKLING_ABI::detail {

/// "0.5", "-1", "nan": whole numbers without a point.
inline std::string shown_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

INKLING_INLINE void check_range(const char* field, double value, const Range& range) {
  const bool high_enough = range.above_low ? value > range.low : value >= range.low;
  const bool low_enough = range.below_high ? value < range.high : value <= range.high;
  if (high_enough && low_enough) return;
  std::string expected;
  if (range.high == no_limit) {
    expected = (range.above_low ? "above " : "of at least ") + shown_number(range.low);
  } else {
    expected = (range.above_low ? "above " : "from ") + shown_number(range.low) +
               (range.below_high ? " to below " : " to ") + shown_number(range.high);
  }
  throw ValueError(std::string(field) + ": expected a number " + expected + ", got " + shown_number(value));
}

}  // namespace inkling::inline INKLING_ABI::detail
