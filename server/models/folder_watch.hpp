#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace inkling::server {

/// Sees by looking again and again when the model files of a folder are others.
class FolderWatch {
 public:
  explicit FolderWatch(std::filesystem::path folder);

  /// Looks. True once for every change, when two looks in turn have seen the same: a file that is still being written
  /// is left alone.
  bool changed();

 private:
  struct File {
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type time = {};
    bool operator==(const File&) const = default;
  };
  using Files = std::map<std::string, File>;

  Files look() const;

  std::filesystem::path folder_;
  Files told_;  // when it last answered true
  Files last_;  // at the last look
};

}  // namespace inkling::server
