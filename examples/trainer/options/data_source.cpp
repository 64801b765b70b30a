#include "options/data_source.hpp"

#include <inkling/data/sample.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

#include <vector>

#include "options/sample_folder.hpp"
#include "options/usage_error.hpp"

namespace {

using inkling::Part;
using inkling::Split;

/// The only split in the folder.
Split obvious_split(const std::filesystem::path& folder) {
  const std::vector<Split> found = inkling::emnist_splits(folder);
  if (found.empty()) throw inkling::FileError(folder.string() + ": expected a folder with EMNIST or MNIST files");
  if (found.size() == 1) return found.front();
  std::string names;
  for (const Split split : found) names += (names.empty() ? "" : ", ") + std::string(to_string(split));
  throw UsageError("--split is needed: " + folder.string() + " has " + names);
}

Split named_split(const std::string& name) {
  try {
    return inkling::parse_split(name);
  } catch (const inkling::ValueError& error) {
    throw UsageError(std::string("--split: ") + error.what());
  }
}

Split split_of(const DataOptions& options) {
  if (!options.split.empty()) {
    const Split split = named_split(options.split);
    if (options.folder.empty() && split != Split::mnist) {
      throw UsageError("--split " + options.split + ": the sample has digits of MNIST only; name a folder with --data");
    }
    return split;
  }
  return options.folder.empty() ? Split::mnist : obvious_split(options.folder);
}

}  // namespace

void add_data_options(CLI::App& command, DataOptions& options) {
  command
      .add_option("--data", options.folder, "folder of EMNIST or MNIST files; without it the sample that is included")
      ->envname("INKLING_DATA")
      ->type_name("DIR");
  command.add_option("--split", options.split, "byclass, bymerge, balanced, letters, digits or mnist")
      ->type_name("NAME");
}

void add_limit_option(CLI::App& command, DataOptions& options) {
  command.add_option("--limit", options.limit, "use at most N images of each part")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
}

DataSource::DataSource(const DataOptions& options)
    : folder_(options.folder.empty() ? sample_folder() : options.folder),
      is_sample_(options.folder.empty()),
      split_(split_of(options)),
      limit_(options.limit) {}

inkling::Dataset DataSource::load(Part part) const {
  const auto load_part = [&] {
    if (!is_sample_) return inkling::load_emnist(folder_, split_, part);
    auto [train, test] = inkling::load_sample(folder_);
    return part == Part::train ? train : test;
  };
  const inkling::Dataset all = load_part();
  constexpr std::uint64_t seed = 0;
  return limit_ && *limit_ < all.size() ? all.shuffled(seed).take(*limit_) : all;
}

std::string DataSource::name() const {
  if (is_sample_) return "MNIST sample";
  return split_ == Split::mnist ? "MNIST" : "EMNIST " + split_name();
}

std::string DataSource::describe(Part part) const {
  return name() + " " + std::string(to_string(part));
}
