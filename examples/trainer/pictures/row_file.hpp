#pragma once

#include <inkling/io/file_lock.hpp>

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "pictures/file_list.hpp"

/// The rows of one part of a run, lines of JSON in FOLDER/part-i.jsonl, for one process at a time. A row stands whole
/// or not at all: a line that a killed process left unfinished is taken off.
class RowFile {
 public:
  /// Makes the folder when there is none. FOLDER/shards says into how many parts the run is divided. Throws UsageError
  /// when that is another number, or when there are rows and not `resume`; inkling::FileError when the file is no such,
  /// cannot be written, or is another process's.
  RowFile(const std::filesystem::path& folder, const Shard& shard, bool resume);
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;
  ~RowFile();

  /// Whether the file has a row of this path and content.
  bool has(const std::string& path, const std::string& sha256) const;

  /// Appends a line. Throws inkling::FileError, and leaves the file as it was, when the disk is full.
  void append(std::string_view row);

 private:
  void read_rows(bool resume);

  std::filesystem::path path_;
  inkling::FileLock lock_;
  std::set<std::string> rows_;  // path, a zero, sha256
  int descriptor_ = -1;
  std::size_t size_ = 0;
};
