#include "options/sample_folder.hpp"

#include <system_error>

std::filesystem::path sample_folder() {
  std::error_code ignored;  // without /proc there is no installed folder to find
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto installed = program.parent_path().parent_path() / "share/inkling/data";
  return std::filesystem::is_directory(installed, ignored) ? installed : std::filesystem::path(INKLING_SAMPLE_FOLDER);
}
