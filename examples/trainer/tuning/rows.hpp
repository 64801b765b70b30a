#pragma once

#include <inkling/core/collective.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "text/line_file.hpp"
#include "tuning/plan.hpp"

/// The rows of a tuning in a folder: each rank appends to FOLDER/part-i.jsonl, i its number from 1 on, and knows the
/// rows of all, whatever number of ranks wrote them.
class TuningRows {
 public:
  /// Makes the folder when there is none. All ranks call it, and get the same results. Throws UsageError when there are
  /// rows and not `resume`; inkling::FormatError for rows that are of no run of the plan; inkling::FileError when the
  /// file cannot be written, or is another process's.
  TuningRows(const std::filesystem::path& folder, const TuningPlan& plan, bool resume, inkling::Collective& ranks);

  const TuningResults& results() const noexcept { return results_; }

  /// Throws inkling::FileError, and leaves the file as it was, when the disk is full.
  void append(std::size_t number, const TuningResult& result);

  /// Adds what other ranks have appended to the results. All ranks call it.
  void share();

 private:
  const TuningPlan& plan_;
  inkling::Collective& ranks_;
  LineFile file_;
  std::string appended_;  // lines
  TuningResults results_;
};
