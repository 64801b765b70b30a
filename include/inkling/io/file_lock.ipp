#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/file_lock.hpp>

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// Whether the open file is still the one of that name: who held the lock before may have removed it meanwhile.
inline bool is_file_of_name(int descriptor, const std::filesystem::path& path) {
  struct ::stat opened {};
  struct ::stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace detail

INKLING_INLINE FileLock::FileLock(const std::filesystem::path& path) : lock_path_(path.string() + ".lock") {
  for (;;) {
    descriptor_ = ::open(lock_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor_ < 0) {
      throw FileError(lock_path_.string() + ": cannot create: " + std::generic_category().message(errno));
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      ::close(descriptor_);
      throw FileError(path.string() + (error == EWOULDBLOCK
                                           ? ": another process is using it"
                                           : ": cannot lock: " + std::generic_category().message(error)));
    }
    if (detail::is_file_of_name(descriptor_, lock_path_)) return;
    ::close(descriptor_);
  }
}

INKLING_INLINE FileLock::~FileLock() {
  ::unlink(lock_path_.c_str());  // while it is held, so that nobody can hold another file of this name
  ::close(descriptor_);
}

}  // namespace inkling::inline INKLING_ABI
