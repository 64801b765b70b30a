#pragma once

#include <inkling/core/config.hpp>

#include <filesystem>

namespace inkling::inline INKLING_ABI {

/// Holds a file for one process at a time: two trainings that write the same checkpoint would each go on from the
/// other's. It locks PATH.lock beside it, since the file itself is replaced when it is written, and removes that at the
/// end. The system gives a lock back when its process ends, however it ends.
class FileLock {
 public:
  /// Throws FileError at once when another process holds it, or the lock cannot be made.
  explicit FileLock(const std::filesystem::path& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  std::filesystem::path lock_path_;
  int descriptor_ = -1;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/file_lock.ipp>
#endif
