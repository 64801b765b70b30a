#include "models/folder_watch.hpp"

#include <system_error>
#include <utility>

namespace inkling::server {

FolderWatch::FolderWatch(std::filesystem::path folder) : folder_(std::move(folder)), told_(look()), last_(told_) {}

bool FolderWatch::changed() {
  Files seen = look();
  const bool settled = seen == last_;
  last_ = std::move(seen);
  if (!settled || last_ == told_) return false;
  told_ = last_;
  return true;
}

/// What cannot be looked at is not there.
FolderWatch::Files FolderWatch::look() const {
  Files files;
  for (const std::filesystem::path& folder : {folder_, folder_ / "lines"}) {
    std::error_code error;
    std::error_code listing;
    std::filesystem::directory_iterator at(folder, listing);
    for (; !listing && at != std::filesystem::directory_iterator(); at.increment(listing)) {
      const auto& entry = *at;
      if (entry.path().extension() != ".safetensors") continue;
      const auto time = entry.last_write_time(error);
      const auto bytes = error ? 0 : entry.file_size(error);
      if (!error) files[entry.path().string()] = {bytes, time};
    }
  }
  return files;
}

}  // namespace inkling::server
