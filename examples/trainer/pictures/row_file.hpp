#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "pictures/file_list.hpp"
#include "text/line_file.hpp"

/// The rows of one part of a run, lines of JSON in FOLDER/part-i.jsonl, for one process at a time.
class RowFile {
 public:
  /// Makes the folder when there is none. FOLDER/shards says into how many parts the run is divided. Throws UsageError
  /// when that is another number, or when there are rows and not `resume`; inkling::FileError when the file is no such,
  /// cannot be written, or is another process's.
  RowFile(const std::filesystem::path& folder, const Shard& shard, bool resume);

  /// Whether the file has a row of this path and content.
  bool has(const std::string& path, const std::string& sha256) const;

  /// Appends a line. Throws inkling::FileError, and leaves the file as it was, when the disk is full.
  void append(std::string_view row) { lines_.append(row); }

 private:
  std::set<std::string> rows_;  // path, a zero, sha256
  LineFile lines_;
};
