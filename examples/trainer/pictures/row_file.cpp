#include "pictures/row_file.hpp"

#include <inkling/core/error.hpp>
#include <inkling/io/atomic_file.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <span>
#include <system_error>

#include "options/usage_error.hpp"

namespace {

using inkling::FileError;

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
  return folder / ("part-" + std::to_string(shard.i) + ".jsonl");
}

/// The part, in a folder that is there and divided in the same way.
std::filesystem::path prepared_part(const std::filesystem::path& folder, const Shard& shard) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileError(folder.string() + ": cannot make the folder: " + error.message());
  agree_on_shards(folder, shard.n);
  return part_of(folder, shard);
}

}  // namespace

RowFile::RowFile(const std::filesystem::path& folder, const Shard& shard, bool resume)
    : lines_(prepared_part(folder, shard), [&](const std::string& line, std::size_t number) {
        const std::string where = part_of(folder, shard).string() + ": ";
        if (!resume) throw UsageError(where + "there are rows already; --resume adds to them");
        const auto row = nlohmann::json::parse(line, nullptr, false);
        if (!row.is_object() || !row.contains("path") || !row.contains("sha256") || !row["path"].is_string() ||
            !row["sha256"].is_string()) {
          throw FileError(where + "line " + std::to_string(number) + ": expected a row with path and sha256");
        }
        rows_.insert(key(row["path"], row["sha256"]));
      }) {}

bool RowFile::has(const std::string& path, const std::string& sha256) const {
  return rows_.contains(key(path, sha256));
}
