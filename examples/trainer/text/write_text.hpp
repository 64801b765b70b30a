#pragma once

#include <inkling/io/atomic_file.hpp>

#include <filesystem>
#include <span>
#include <string>

/// Makes the text the whole content of the file, all or nothing. Throws inkling::FileError.
inline void write_text(const std::filesystem::path& path, const std::string& text) {
  inkling::write_atomically(path, std::as_bytes(std::span(text)));
}
