#include "text/line_file.hpp"

#include <inkling/core/error.hpp>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace {

using inkling::FileError;

std::string reason() {
  return std::generic_category().message(errno);
}

}  // namespace

std::size_t visit_lines(const std::filesystem::path& path, const VisitLine& visit) {
  std::ifstream file(path, std::ios::binary);
  std::size_t number = 0;
  std::size_t size = 0;
  for (std::string line; std::getline(file, line);) {
    if (file.eof()) break;  // without its end
    visit(line, ++number);
    size += line.size() + 1;
  }
  return size;
}

LineFile::LineFile(const std::filesystem::path& path, const VisitLine& visit)
    : path_(path), lock_(path), size_(visit_lines(path, visit)) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw FileError(path_.string() + ": cannot open: " + reason());
  if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
    const FileError error(path_.string() + ": cannot take off an unfinished line: " + reason());
    ::close(descriptor_);
    throw error;
  }
}

LineFile::~LineFile() {
  ::close(descriptor_);
}

void LineFile::append(std::string_view text) {
  std::string line(text);
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
