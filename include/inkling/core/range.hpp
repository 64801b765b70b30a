#pragma once

#include <inkling/core/config.hpp>

namespace inkling::inline INKLING_ABI {

/// The largest finite double: the end of a range that has no other.
inline constexpr double no_limit = 1.7976931348623157e308;

/// The numbers from `low` to `high`, both of them included unless it says otherwise. NaN lies in no range.
struct Range {
  double low = 0;
  double high = no_limit;
  bool above_low = false;   // without `low`
  bool below_high = false;  // without `high`
};

namespace detail {

void check_range(const char* field, double value, const Range& range);

}  // namespace detail

/// Throws ValueError, which names the field, the range and what came, unless the value lies in the range. What every
/// check() of options is made of.
template <typename T>
void in_range(const char* field, T value, const Range& range) {
  detail::check_range(field, static_cast<double>(value), range);
}

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/core/range.ipp>
#endif
