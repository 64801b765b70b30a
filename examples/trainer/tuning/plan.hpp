#pragma once

#include <inkling/core/matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tuning/setting.hpp"

/// One training of a tuning: it learns from all folds but one, and is measured on that one.
struct TuningRun {
  std::size_t setting = 0;  // TuningPlan::settings
  std::uint64_t seed = 1;   // of the folds and of the training
  inkling::Index fold = 0;
};

struct TuningResult {
  inkling::Index images = 0;    // it learned from
  inkling::Index held_out = 0;  // images it was measured on
  inkling::Index right = 0;     // of those
  double seconds = 0;

  double accuracy() const noexcept { return static_cast<double>(right) / static_cast<double>(held_out); }
};

/// Every setting, with every seed, on every fold.
struct TuningPlan {
  std::string model;
  std::string data;  // what it is, and a fingerprint of it
  inkling::Index folds = 0;
  std::vector<std::uint64_t> seeds;
  std::vector<Setting> settings;

  std::size_t size() const noexcept { return settings.size() * runs_each(); }
  /// Runs of one setting, which are numbered one after another.
  std::size_t runs_each() const noexcept { return seeds.size() * static_cast<std::size_t>(folds); }
  TuningRun run(std::size_t number) const;
};

/// Of every run of the plan that is done.
using TuningResults = std::vector<std::optional<TuningResult>>;

/// A line of JSON that tells all about a run.
std::string tuning_row(const TuningPlan& plan, std::size_t number, const TuningResult& result);

/// Adds what a row tells to the results; of two rows of one run the first counts. Throws inkling::FormatError, which
/// says what is different, for a row that is of no run of the plan.
void add_tuning_row(const TuningPlan& plan, const std::string& row, TuningResults& results);
