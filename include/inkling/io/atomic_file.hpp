#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <filesystem>
#include <span>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// `what` is the operation that failed, errno says why.
[[noreturn]] void throw_file_error(const std::filesystem::path& path, const char* what, int error_number);

}  // namespace detail

/// Makes `bytes` the whole content of the file at `path`, all or nothing: they are written to another name in the same
/// folder, flushed to disk, and renamed. Whoever reads `path` meanwhile, and whoever finds it after a crash or power
/// cut, gets the old file or the new one, never a part.
///
/// A file that is replaced keeps its permissions; a new one gets those that the umask allows. The other name cannot be
/// guessed, and nobody else's file or link is ever opened under it.
///
/// Throws FileError with the path and the system's reason; the old file is then untouched and the other name removed
/// (except when the folder itself cannot be flushed after the rename). A link is followed; a target that exists and is
/// not a regular file (a folder, a device) is refused.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/atomic_file.ipp>
#endif
