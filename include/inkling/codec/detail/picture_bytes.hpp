#pragma once

#include <inkling/codec/limits.hpp>
#include <inkling/core/config.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// The bytes of a file; a regular one of more than the limit is not read, of anything else, such as a pipe, one byte
/// more than the limit at most. Throws FileError when it cannot be read, ImageTooLargeError when it has too many.
std::vector<std::uint8_t> read_picture_bytes(const std::filesystem::path& path, const DecodeLimits& limits);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/codec/detail/picture_bytes.ipp>
#endif
