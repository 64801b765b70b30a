#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>

#include <CLI/App.hpp>

#include <filesystem>
#include <optional>
#include <string>

/// Where the command's images come from, as the options say.
struct DataOptions {
  std::filesystem::path folder = {};         // --data, else $INKLING_DATA; empty: the sample
  std::string split = {};                    // --split; empty: the only one in the folder
  std::optional<inkling::Index> limit = {};  // --limit
};

void add_data_options(CLI::App& command, DataOptions& options);
void add_limit_option(CLI::App& command, DataOptions& options);

/// One split of one folder, or the sample.
class DataSource {
 public:
  /// Throws UsageError when the split is unknown, or neither named nor obvious.
  explicit DataSource(const DataOptions& options);

  /// Reads one part: at most `--limit` images of it, chosen at random but always the same.
  inkling::Dataset load(inkling::Part part) const;

  /// "EMNIST bymerge"
  std::string name() const;

  /// "EMNIST bymerge train"
  std::string describe(inkling::Part part) const;

  /// "digits"
  std::string split_name() const { return std::string(to_string(split_)); }

 private:
  std::filesystem::path folder_;
  bool is_sample_;
  inkling::Split split_;
  std::optional<inkling::Index> limit_;
};
