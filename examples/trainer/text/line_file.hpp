#pragma once

#include <inkling/io/file_lock.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// Called with a line, without its end, and its number, from 1.
using VisitLine = std::function<void(const std::string& line, std::size_t number)>;

/// Visits the lines of a file, but for one at its end that is not finished. Returns how many bytes they are; 0 when
/// there is no file.
std::size_t visit_lines(const std::filesystem::path& path, const VisitLine& visit);

/// A file of lines that is only appended to, by one process at a time. A line stands whole or not at all: one that a
/// killed process left unfinished is taken off.
class LineFile {
 public:
  /// Makes the file when there is none, and visits the lines that are there; what `visit` throws leaves the file as it
  /// was. Throws inkling::FileError when it cannot be written, or is another process's.
  LineFile(const std::filesystem::path& path, const VisitLine& visit);
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  ~LineFile();

  /// Appends a line. Throws inkling::FileError, and leaves the file as it was, when the disk is full.
  void append(std::string_view line);

 private:
  std::filesystem::path path_;
  inkling::FileLock lock_;
  std::size_t size_;
  int descriptor_ = -1;
};
