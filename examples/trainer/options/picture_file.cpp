#include "options/picture_file.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>

#include <CLI/Error.hpp>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "text/one_line.hpp"

namespace {

std::vector<char> read_all(std::istream& file) {
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw inkling::FileError("cannot read");
  return bytes;
}

std::vector<char> read_bytes(const std::filesystem::path& path) {
  if (path == standard_input) return read_all(std::cin);
  if (std::filesystem::is_directory(path)) throw inkling::FileError("expected a picture, found a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw inkling::FileError("cannot open");
  return read_all(file);
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
