#pragma once

#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// A file that holds a picture, or what comes from the standard input.
class PictureFile {
 public:
  /// Reads it. Throws inkling::FileError when that is not possible, inkling::ImageTooLargeError when it has more bytes
  /// than a picture may have.
  explicit PictureFile(const std::string& name);

  /// Of its bytes.
  std::string sha256() const;
  /// Throws what inkling::decode_image throws.
  inkling::GreyImage decode() const;

 private:
  std::vector<std::uint8_t> bytes_;
};
