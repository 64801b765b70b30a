#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// `what` is the operation that failed, errno says why.
[[noreturn]] inline void throw_file_error(const std::filesystem::path& path, const char* what, int error_number) {
  throw FileError(path.string() + ": " + what + ": " + std::generic_category().message(error_number));
}

/// An open file that closes itself.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (is_open()) ::close(number_);
  }

  bool is_open() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

/// A new file beside its target under a name of its own; removed unless it was renamed to the target.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : path_(target.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(::gettid())),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666)) {
    if (!file_.is_open()) throw_file_error(target, "cannot create a file beside it", errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ::ssize_t written = ::write(file_.number(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_file_error(path_, "cannot write", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(file_.number()) != 0) throw_file_error(path_, "cannot flush to disk", errno);
  }

  void rename_to(const std::filesystem::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) throw_file_error(target, "cannot replace", errno);
    path_.clear();
  }

 private:
  std::filesystem::path path_;  // empty once renamed
  FileDescriptor file_;
};

}  // namespace detail

/// Makes `bytes` the whole content of the file at `path`, all or nothing: they are written to another name in the same
/// folder, flushed to disk, and renamed. Whoever reads `path` meanwhile, and whoever finds it after a crash or power
/// cut, gets the old file or the new one, never a part.
///
/// Throws FileError with the path and the system's reason; the old file is then untouched and the other name removed
/// (except when the folder itself cannot be flushed after the rename). A link is followed; a target that exists and is
/// not a regular file (a folder, a device) is refused.
inline void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::error_code error;
  const auto type = std::filesystem::symlink_status(path, error).type();
  if (type == std::filesystem::file_type::symlink) {
    const std::filesystem::path target = std::filesystem::canonical(path, error);
    if (error) throw FileError(path.string() + ": cannot follow the link: " + error.message());
    return write_atomically(target, bytes);
  }
  if (std::filesystem::exists(path, error) && type != std::filesystem::file_type::regular) {
    throw FileError(path.string() + ": cannot replace: it is not a regular file");
  }
  const std::filesystem::path folder_path = path.has_parent_path() ? path.parent_path() : ".";
  const detail::FileDescriptor folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) detail::throw_file_error(folder_path, "cannot open the folder", errno);

  detail::TemporaryFile temporary(path);
  temporary.write(bytes);
  temporary.rename_to(path);
  // Some file systems cannot flush a folder (EINVAL); the rename is then as durable as they make it.
  if (::fsync(folder.number()) != 0 && errno != EINVAL) {
    detail::throw_file_error(folder_path, "cannot flush the folder to disk", errno);
  }
}

}  // namespace inkling::inline INKLING_ABI
