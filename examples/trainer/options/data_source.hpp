#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>

#include <CLI/App.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

/// Where the command's images come from, as the options say.
struct DataOptions {
  std::filesystem::path folder = {};         // --data, else $INKLING_DATA; empty: the sample
  std::string split = {};                    // --split; empty: the only one in the folder
  std::optional<inkling::Index> limit = {};  // --limit
};

void add_data_options(CLI::App& command, DataOptions& options);
void add_limit_option(CLI::App& command, DataOptions& options);

/// One split of one folder, the sample, or a folder of pictures by label (see inkling::labelled_files). Such a folder
/// may have the parts `train` and `test` as folders of their own; else train and evaluate take all of it, and a fifth
/// of every class is the test part where both are asked for.
class DataSource {
 public:
  /// Throws UsageError when the split is unknown, or neither named nor obvious.
  explicit DataSource(const DataOptions& options);

  /// Reads one part: at most `--limit` images of it, chosen at random but always the same.
  inkling::Dataset load(inkling::Part part) const;

  /// Both parts, without an image in common.
  std::pair<inkling::Dataset, inkling::Dataset> load_both() const;

  /// "EMNIST bymerge"
  std::string name() const;

  /// "EMNIST bymerge train"
  std::string describe(inkling::Part part) const;

  /// "digits"
  std::string split_name() const { return is_pictures_ ? "pictures" : std::string(to_string(split_)); }

 private:
  inkling::Dataset limited(const inkling::Dataset& data) const;

  std::filesystem::path folder_;
  bool is_sample_;
  bool is_pictures_;
  inkling::Split split_;
  std::optional<inkling::Index> limit_;
};
