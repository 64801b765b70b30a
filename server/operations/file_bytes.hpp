#pragma once

#include <filesystem>
#include <vector>

namespace inkling::server {

/// All of a file. Throws FileError when it cannot be read.
std::vector<char> file_bytes(const std::filesystem::path& file);

}  // namespace inkling::server
