#pragma once

#include <inkling/picture/grey_image.hpp>

#include <string>
#include <vector>

/// A file of pages.
class PageFile {
 public:
  /// Reads and hashes the file. Throws inkling::FileError when it cannot be read.
  explicit PageFile(std::string name);

  const std::string& name() const noexcept { return name_; }
  const std::string& hash() const noexcept { return hash_; }
  /// How many pages it has. Throws inkling::Error when it is no file of pages.
  int pages() const;
  /// One page, from 1, as it is seen. Throws inkling::Error when it cannot be decoded, or when nothing is on it: a page
  /// all of one grey is more likely one that could not be drawn than an empty form.
  inkling::GreyImage page(int number) const;

 private:
  bool is_pdf() const noexcept;

  std::string name_;
  std::vector<char> bytes_;
  std::string hash_;
};
