#include "options/picture_file.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>

#include <CLI/Error.hpp>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

inkling::GreyImage read_picture_file(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) throw inkling::FileError("expected a picture, found a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw inkling::FileError("cannot open");
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  return inkling::decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void for_each_picture(const std::vector<std::string>& paths, const std::function<void(const std::string& path)>& work) {
  bool failed = false;
  for (const std::string& path : paths) {
    try {
      work(path);
    } catch (const inkling::Error& error) {
      std::cerr << "inkling: " << path << ": " << error.what() << std::endl;
      failed = true;
    }
  }
  if (failed) throw CLI::RuntimeError(1);
}
