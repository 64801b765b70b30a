#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/atomic_file.hpp>

#include <cerrno>
#include <fcntl.h>
#include <random>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace inkling::inline INKLING_ABI {

namespace detail {

[[noreturn]] INKLING_INLINE void throw_file_error(const std::filesystem::path& path, const char* what,
                                                  int error_number) {
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
///
/// Not by mkostemp, whose files are the owner's alone: what the umask allows a new file can only be asked by changing
/// it, for the whole process. Its other half, a name that nobody guesses and O_EXCL, is here.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : replaced_(is_there(target)),
        path_(target.string() + ".tmp" + random_digits()),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, replaced_ ? 0600 : 0666)) {
    if (!file_.is_open()) {
      const int error_number = errno;
      path_.clear();  // nothing of ours
      throw_file_error(target, "cannot create a file beside it", error_number);
    }
    if (replaced_ && ::fchmod(file_.number(), status_.st_mode & 0777) != 0) {
      const int error_number = errno;
      ::unlink(path_.c_str());
      throw_file_error(target, "cannot keep its permissions", error_number);
    }
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
  bool is_there(const std::filesystem::path& target) { return ::stat(target.c_str(), &status_) == 0; }

  static std::string random_digits() {
    std::random_device random;
    return std::to_string(random()) + '-' + std::to_string(random());
  }

  struct ::stat status_ {};  // of the target, when it is replaced_
  bool replaced_;
  std::filesystem::path path_;  // empty once renamed
  FileDescriptor file_;
};

}  // namespace detail

INKLING_INLINE void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
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
