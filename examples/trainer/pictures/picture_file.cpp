#include "pictures/picture_file.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/run/sha256.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "pictures/file_list.hpp"

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

PictureFile::PictureFile(const std::string& name) : bytes_(read_bytes(name)) {}

std::string PictureFile::sha256() const {
  return inkling::form::sha256(std::as_bytes(std::span(bytes_)));
}

inkling::GreyImage PictureFile::decode() const {
  return inkling::decode_image({reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()});
}
