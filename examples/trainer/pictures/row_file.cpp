#include "pictures/row_file.hpp"

#include <inkling/core/error.hpp>
#include <inkling/io/atomic_file.hpp>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <span>
#include <system_error>
#include <unistd.h>

#include "options/usage_error.hpp"

namespace {

using inkling::FileError;

std::string reason() {
  return std::generic_category().message(errno);
}

std::string key(const std::string& path, const std::string& sha256) {
  return path + '\0' + sha256;
}

/// Parts of another division would hold other pictures under the same names.
void agree_on_shards(const std::filesystem::path& folder, std::size_t n) {
  const std::filesystem::path file = folder / "shards";
  std::string parts;
  if (std::ifstream(file) >> parts) {
    if (parts == std::to_string(n)) return;
    throw UsageError(folder.string() + ": the run is divided into " + parts + " parts, got --shard i/" +
                     std::to_string(n));
  }
  parts = std::to_string(n) + "\n";
  inkling::write_atomically(file, std::as_bytes(std::span(parts)));
}

std::filesystem::path part_of(const std::filesystem::path& folder, const Shard& shard) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileError(folder.string() + ": cannot make the folder: " + error.message());
  agree_on_shards(folder, shard.n);
  return folder / ("part-" + std::to_string(shard.i) + ".jsonl");
}

}  // namespace

RowFile::RowFile(const std::filesystem::path& folder, const Shard& shard, bool resume)
    : path_(part_of(folder, shard)), lock_(path_) {
  read_rows(resume);
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw FileError(path_.string() + ": cannot open: " + reason());
  if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
    const FileError error(path_.string() + ": cannot take off an unfinished line: " + reason());
    ::close(descriptor_);
    throw error;
  }
}

RowFile::~RowFile() {
  ::close(descriptor_);
}

void RowFile::read_rows(bool resume) {
  std::ifstream file(path_, std::ios::binary);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    if (file.eof()) break;  // without its end
    ++number;
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (!row.is_object() || !row.contains("path") || !row.contains("sha256") || !row["path"].is_string() ||
        !row["sha256"].is_string()) {
      throw FileError(path_.string() + ": line " + std::to_string(number) + ": expected a row with path and sha256");
    }
    rows_.insert(key(row["path"], row["sha256"]));
    size_ += line.size() + 1;
  }
  if (number > 0 && !resume) {
    throw UsageError(path_.string() + ": there are rows already; --resume adds to them");
  }
}

bool RowFile::has(const std::string& path, const std::string& sha256) const {
  return rows_.contains(key(path, sha256));
}

void RowFile::append(std::string_view row) {
  std::string line(row);
  line += '\n';
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(descriptor_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const FileError error(path_.string() + ": cannot write: " + reason());
      [[maybe_unused]] const int kept = ::ftruncate(descriptor_, static_cast<off_t>(size_));
      throw error;
    }
    written += static_cast<std::size_t>(count);
  }
  size_ += line.size();
}
