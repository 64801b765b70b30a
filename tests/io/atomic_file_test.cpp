#include <inkling/core/error.hpp>
#include <inkling/io/atomic_file.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary_folder.hpp"

using namespace inkling;

namespace {

void write_text(const std::filesystem::path& path, const std::string& text) {
  write_atomically(path, std::as_bytes(std::span(text)));
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A disk that is full: writing beyond `bytes` in a file fails with EFBIG, in this process.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  void (*old_handler_)(int);
  rlimit old_limit_{};
};

/// What the FileError of writing to `path` says; empty when nothing is thrown.
std::string failure(const std::filesystem::path& path, const std::string& text = "new") {
  try {
    write_text(path, text);
  } catch (const FileError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("write_atomically writes, replaces, and leaves no other file") {
  const test::TemporaryFolder folder;
  const auto path = folder / "model";
  write_text(path, "old and long");
  CHECK(read_text(path) == "old and long");
  write_text(path, "new");
  CHECK(read_text(path) == "new");
  write_text(path, "");
  CHECK(read_text(path).empty());
  CHECK(folder.count() == 1);
}

TEST_CASE("a file that is replaced keeps its permissions, a new one gets what the umask allows") {
  const test::TemporaryFolder folder;
  const auto mode = [](const std::filesystem::path& path) {
    return static_cast<unsigned>(std::filesystem::status(path).permissions()) & 0777U;
  };
  const auto path = folder / "model";
  const ::mode_t umask = ::umask(027);
  write_text(path, "new");
  ::umask(umask);
  CHECK(mode(path) == 0640);

  for (const unsigned kept : {0600U, 0644U, 0666U, 0400U}) {
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(kept));
    write_text(path, "again");
    CHECK(mode(path) == kept);
  }
  CHECK(read_text(path) == "again");
  CHECK(folder.count() == 1);
}

TEST_CASE("write_atomically writes through a link") {
  const test::TemporaryFolder folder;
  write_text(folder / "model", "old");
  std::filesystem::create_symlink(folder / "model", folder / "link");
  write_text(folder / "link", "new");
  CHECK(read_text(folder / "model") == "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));

  std::filesystem::create_symlink(folder / "nowhere", folder / "dangling");
  CHECK(failure(folder / "dangling").find("cannot follow the link") != std::string::npos);
}

TEST_CASE("a write that fails half way leaves the old file whole and removes its own") {
  const test::TemporaryFolder folder;
  const auto path = folder / "model";
  write_text(path, "old");
  std::string message;
  {
    const FileSizeLimit limit(4096);
    message = failure(path, std::string(10'000, 'x'));
  }
  CHECK(message.find(path.string()) != std::string::npos);
  CHECK(message.find("File too large") != std::string::npos);
  CHECK(read_text(path) == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("write_atomically names the path and the reason") {
  const test::TemporaryFolder folder;
  write_text(folder / "file", "old");

  const std::string missing = failure(folder / "nowhere/model");
  CHECK(missing.find((folder / "nowhere").string()) != std::string::npos);
  CHECK(missing.find("No such file or directory") != std::string::npos);

  CHECK(failure(folder / "file/model").find("Not a directory") != std::string::npos);
  CHECK(read_text(folder / "file") == "old");

  CHECK(failure(folder.path()).find("not a regular file") != std::string::npos);
  CHECK(failure("/dev/null").find("not a regular file") != std::string::npos);
  CHECK(std::filesystem::is_character_file("/dev/null"));

  CHECK_FALSE(failure("/proc/model").empty());  // nobody, not even root, makes files here
  CHECK_FALSE(failure("").empty());
}

TEST_CASE("a folder without write permission" * doctest::skip(::geteuid() == 0)) {
  const test::TemporaryFolder folder;
  write_text(folder / "model", "old");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const std::string message = failure(folder / "model");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
  CHECK(message.find("Permission denied") != std::string::npos);
  CHECK(read_text(folder / "model") == "old");
  CHECK(folder.count() == 1);
}
