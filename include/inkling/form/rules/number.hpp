#pragma once

#include <inkling/core/config.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form {

/// A number, or why the text is none.
struct ParsedNumber {
  std::optional<double> value;
  std::string problem = {};  // empty when there is a value
};

/// A count as people write it: digits, or groups of three set apart by one kind of mark (1.000.000, 1 000 000). Blanks
/// around it do not matter. "300,00" is no count and is not taken for 30000; nor is "10000.000", "-100" or "100.".
ParsedNumber parse_count(std::string_view text);

/// A number with a decimal sign, . or ,: "1.33", "-0,02", "7". Groups are refused, for 1.000 could be either.
ParsedNumber parse_decimal(std::string_view text);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/number.ipp>
#endif
