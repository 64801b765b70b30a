#pragma once

#include <inkling/core/config.hpp>

#include <string_view>

namespace inkling::inline INKLING_ABI::form {

/// Each is true when the last digits are what the others demand. Blanks and hyphens between digits do not matter; any
/// other character, or a length that the scheme does not have, makes it false.

/// Payment cards and many account numbers (ISO/IEC 7812-1; H. P. Luhn, US patent 2,950,048, 1960). Two digits or more.
bool luhn_holds(std::string_view text);

/// Book numbers of 10 or 13 digits (ISO 2108); the last of ten may be X.
bool isbn_holds(std::string_view text);

/// International account numbers (ISO 13616): two letters, two check digits, up to 30 characters; mod 97 leaves 1.
bool iban_holds(std::string_view text);

/// J. Verhoeff, Error Detecting Decimal Codes, 1969: finds every wrong digit and every swap of neighbours.
bool verhoeff_holds(std::string_view text);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/rules/check_digit.ipp>
#endif
