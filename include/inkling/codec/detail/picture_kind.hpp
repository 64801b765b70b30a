#pragma once

#include <inkling/core/config.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::detail {

/// What bytes are that no decoder takes, for a message: "GIF", "a page of HTML", "bytes that begin with 89 50 4E 47".
std::string name_of_kind(std::span<const std::uint8_t> bytes);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/picture_kind.ipp>
#endif
