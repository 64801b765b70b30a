#include "pictures/file_list.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "options/usage_error.hpp"

namespace {

using inkling::FileError;

constexpr std::array<std::string_view, 9> endings{".png",  ".jpg",  ".jpeg", ".tif", ".tiff",
                                                  ".webp", ".heic", ".heif", ".pdf"};

bool has_ending(const std::filesystem::path& path, std::span<const std::string_view> wanted) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(wanted.begin(), wanted.end(), ending) != wanted.end() && !path.filename().string().starts_with('.');
}

std::vector<std::string> files_below(const std::filesystem::path& folder, std::span<const std::string_view> wanted) {
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(
      folder, std::filesystem::directory_options::skip_permission_denied, error);
  for (const std::filesystem::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error) && has_ending(entry->path(), wanted)) files.push_back(entry->path().string());
  }
  if (error) throw FileError(folder.string() + ": cannot list the folder: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

void append_lines(std::istream& in, std::vector<std::string>& names) {
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
}

/// Digits alone, at most six of them.
std::optional<std::size_t> whole_number(std::string_view text) {
  const bool digits = !text.empty() && text.size() < 7 &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  return std::stoul(std::string(text));
}

/// A variable of the environment; none when it is not set. Throws UsageError when it is no whole number.
std::optional<std::size_t> number_from(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::optional<std::size_t> number = whole_number(text);
  if (!number) {
    throw UsageError(std::string(variable) + ": expected a whole number, got '" + text +
                     "' (--shard i/n says the part)");
  }
  return number;
}

/// How a scheduler tells a process which of how many it is.
struct Scheduler {
  const char* index;
  const char* count;
  const char* first;  // the index of the first; null: 0
};

constexpr std::array schedulers{Scheduler{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"},
                                Scheduler{"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", nullptr},
                                Scheduler{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", nullptr}};

}  // namespace

const std::span<const std::string_view> page_endings = endings;
const std::span<const std::string_view> picture_endings = std::span(endings).first(endings.size() - 1);

std::vector<std::string> list_files(const std::vector<std::string>& arguments, const std::string& list,
                                    std::span<const std::string_view> wanted) {
  std::vector<std::string> names = arguments;
  if (list == standard_input) {
    append_lines(std::cin, names);
  } else if (!list.empty()) {
    std::ifstream file(list);
    if (!file) throw FileError(list + ": cannot open the list of files");
    append_lines(file, names);
  }
  std::vector<std::string> all;
  for (std::string& name : names) {
    std::error_code ignored;
    std::vector<std::string> files;
    if (std::filesystem::is_directory(name, ignored)) files = files_below(name, wanted);
    if (files.empty()) files.push_back(std::move(name));
    std::move(files.begin(), files.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<std::string> without_repeats(std::vector<std::string> names) {
  std::set<std::string> seen;
  std::erase_if(names, [&](const std::string& name) { return !seen.insert(name).second; });
  return names;
}

Shard Shard::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  Shard shard{.i = 0, .n = 0};
  if (slash != std::string::npos) {
    shard = {.i = whole_number(text.substr(0, slash)).value_or(0),
             .n = whole_number(text.substr(slash + 1)).value_or(0)};
  }
  if (shard.i < 1 || shard.i > shard.n) {
    throw UsageError("--shard: expected i/n with 1 <= i <= n, such as 2/5, got '" + text + "'");
  }
  return shard;
}

Shard Shard::asked_or_scheduled(const std::string& text) {
  if (!text.empty()) return parse(text);
  for (const Scheduler& scheduler : schedulers) {
    const std::optional<std::size_t> index = number_from(scheduler.index);
    if (!index) continue;
    const std::optional<std::size_t> count = number_from(scheduler.count);
    if (!count) {
      throw UsageError(std::string(scheduler.index) + " is set, but not of how many: set " + scheduler.count +
                       ", or say the part by --shard i/n (--shard 1/1: all)");
    }
    const std::size_t first = scheduler.first != nullptr ? number_from(scheduler.first).value_or(0) : 0;
    if (*index < first || *index - first >= *count) {
      throw UsageError(std::string(scheduler.index) + ": expected " + std::to_string(first) + " to " +
                       std::to_string(first + *count) + ", the last excluded, got " + std::to_string(*index));
    }
    const Shard shard{.i = *index - first + 1, .n = *count};
    std::cerr << "inkling: part " << shard.i << " of " << shard.n << ", as " << scheduler.index << " says" << std::endl;
    return shard;
  }
  return {};
}

std::vector<std::string> Shard::of(std::vector<std::string> files) const {
  std::vector<std::string> part;
  for (std::size_t k = i - 1; k < files.size(); k += n) part.push_back(std::move(files[k]));
  return part;
}
