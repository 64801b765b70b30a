#include "options/picture_file.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>

#include <CLI/Error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "text/one_line.hpp"

namespace {

/// No more bytes than the decoder accepts, and one more, which shows it that there are others.
std::vector<char> read_up_to(std::istream& file, std::size_t most) {
  std::vector<char> bytes(most + 1);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) throw inkling::FileError("cannot read");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::vector<char> read_bytes(const std::filesystem::path& path) {
  const std::size_t most = inkling::DecodeLimits{}.bytes;
  if (path == standard_input) return read_up_to(std::cin, most);
  if (std::filesystem::is_directory(path)) throw inkling::FileError("expected a picture, found a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw inkling::FileError("cannot open");
  std::error_code unknown;  // of a pipe, say
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  if (!unknown && size > most) {
    throw inkling::ImageTooLargeError("Image: expected up to " + std::to_string(most) + " bytes, got " +
                                      std::to_string(size));
  }
  return read_up_to(file, !unknown && size > 0 ? static_cast<std::size_t>(size) : most);
}

}  // namespace

inkling::GreyImage read_picture_file(const std::filesystem::path& path) {
  const std::vector<char> bytes = read_bytes(path);
  return inkling::decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void for_each_picture(const std::vector<std::string>& paths, const std::function<void(const std::string& path)>& work) {
  bool failed = false;
  for (const std::string& path : paths) {
    try {
      work(path);
    } catch (const inkling::Error& error) {
      std::cerr << "inkling: " << one_line(path) << ": " << one_line(error.what()) << std::endl;
      failed = true;
    }
  }
  if (failed) throw CLI::RuntimeError(1);
}
