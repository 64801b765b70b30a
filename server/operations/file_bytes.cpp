#include "operations/file_bytes.hpp"

#include <inkling/core/error.hpp>

#include <fstream>
#include <iterator>

namespace inkling::server {

std::vector<char> file_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> bytes(std::istreambuf_iterator<char>(stream), {});
  if (!stream) throw FileError(file.string() + ": it cannot be read");
  return bytes;
}

}  // namespace inkling::server
