#include "options/data_source.hpp"

#include <inkling/data/labelled_files.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/normalise/labelled_pictures.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

#include <iostream>
#include <vector>

#include "options/sample_folder.hpp"
#include "options/usage_error.hpp"

namespace {

using inkling::Part;
using inkling::Split;

/// The only split in the folder.
Split obvious_split(const std::filesystem::path& folder) {
  const std::vector<Split> found = inkling::emnist_splits(folder);
  if (found.empty())
    throw inkling::FileError(folder.string() +
                             ": expected a folder with EMNIST or MNIST files, or with pictures by label");
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

/// A part of a folder of pictures, or all of it.
std::filesystem::path picture_folder(const std::filesystem::path& folder, Part part) {
  const std::filesystem::path own = folder / std::string(to_string(part));
  return inkling::has_labelled_files(own) ? own : folder;
}

bool holds_pictures(const DataOptions& options) {
  if (options.folder.empty() || !options.split.empty() || !std::filesystem::is_directory(options.folder)) return false;
  if (!inkling::emnist_splits(options.folder).empty()) return false;
  return inkling::has_labelled_files(options.folder) || inkling::has_labelled_files(options.folder / "train") ||
         inkling::has_labelled_files(options.folder / "test");
}

inkling::Dataset load_pictures(const std::filesystem::path& folder) {
  inkling::LabelledPictures pictures = inkling::load_labelled_pictures(folder);
  for (const std::string& fault : pictures.refused) std::cerr << "inkling: left out " << fault << std::endl;
  return std::move(pictures.data);
}

Split split_of(const DataOptions& options) {
  if (holds_pictures(options)) return Split::mnist;  // which it is not; nothing asks
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
      .add_option(
          "--data", options.folder,
          "folder of EMNIST or MNIST files, or of pictures by label (DIR/<label>/*.png, or labels.csv); without it the "
          "sample that is included")
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
      is_pictures_(holds_pictures(options)),
      split_(split_of(options)),
      limit_(options.limit) {}

inkling::Dataset DataSource::limited(const inkling::Dataset& data) const {
  constexpr std::uint64_t seed = 0;
  return limit_ && *limit_ < data.size() ? data.shuffled(seed).take(*limit_) : data;
}

inkling::Dataset DataSource::load(Part part) const {
  if (is_pictures_) return limited(load_pictures(picture_folder(folder_, part)));
  if (!is_sample_) return limited(inkling::load_emnist(folder_, split_, part));
  const auto [train, test] = inkling::load_sample(folder_);
  return limited(part == Part::train ? train : test);
}

std::pair<inkling::Dataset, inkling::Dataset> DataSource::load_both() const {
  const bool in_one = is_pictures_ && picture_folder(folder_, Part::train) == picture_folder(folder_, Part::test);
  if (!in_one) return {load(Part::train), load(Part::test)};
  constexpr double test_share = 0.2;
  const auto [train, test] = load_pictures(folder_).stratified_split(test_share, /*seed=*/0);
  return {limited(train), limited(test)};
}

std::string DataSource::name() const {
  if (is_sample_) return "MNIST sample";
  if (is_pictures_) return "pictures in " + folder_.filename().string();
  return split_ == Split::mnist ? "MNIST" : "EMNIST " + split_name();
}

std::string DataSource::describe(Part part) const {
  return name() + " " + std::string(to_string(part));
}
