#pragma once

#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

/// One of n parts of a list: the files whose place, from 0, leaves i - 1 when divided by n.
struct Shard {
  std::size_t i = 1;
  std::size_t n = 1;

  /// "2/5". Throws UsageError for anything else.
  static Shard parse(const std::string& text);
};

/// The files that arguments stand for, each once, in their order: a folder stands for the pictures and PDFs in it and
/// below, sorted by name. `list` holds further names, a line each; "-" is standard input; empty: none. A name that does
/// not exist stays in, so that it is reported like any other page that cannot be read.
std::vector<std::string> list_files(const std::vector<std::string>& arguments, const std::string& list,
                                    const Shard& shard);

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
