#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Bytes in the zlib format (RFC 1950), which Python reads with zlib.decompress.
namespace inkling::inline INKLING_ABI::detail {

/// `packs`: or else they are stored as they are.
std::vector<std::uint8_t> deflate_bytes(std::span<const std::uint8_t> bytes, bool packs = true);

/// The same for numbers in no order: only how frequent each byte is counts, for the repeats among them are chance, and
/// naming those would take more bytes than it saves.
std::vector<std::uint8_t> deflate_unordered(std::span<const std::uint8_t> bytes);

/// Throws FormatError unless `bytes` hold exactly `size` bytes; memory is not asked for when they cannot.
std::vector<std::uint8_t> inflate_bytes(std::span<const std::uint8_t> bytes, std::size_t size);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/detail/deflate.ipp>
#endif
