#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::form {

/// The SHA-256 of some bytes (FIPS 180-4) as 64 small hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/run/sha256.ipp>
#endif
