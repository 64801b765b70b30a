#include "tuning/rows.hpp"

#include <inkling/core/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <sstream>

#include "options/usage_error.hpp"

namespace {

std::filesystem::path part_of(const std::filesystem::path& folder, int rank) {
  std::filesystem::create_directories(folder);
  return folder / fmt::format("part-{}.jsonl", rank + 1);
}

std::vector<std::filesystem::path> parts_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> parts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("part-") && name.ends_with(".jsonl")) parts.push_back(entry.path());
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

/// Lines of all ranks, in their order.
std::string gather_text(inkling::Collective& ranks, const std::string& text) {
  std::string all;
  for (const auto& bytes : ranks.gather(inkling::Collective::ConstBlock{text.data(), text.size()})) {
    all.append(bytes.begin(), bytes.end());
  }
  return all;
}

void add_rows(const TuningPlan& plan, const std::string& lines, TuningResults& results) {
  std::istringstream rows(lines);
  for (std::string row; std::getline(rows, row);) add_tuning_row(plan, row, results);
}

/// The rows that this rank finds in the folder.
std::string read_rows(const std::filesystem::path& folder, const TuningPlan& plan, bool resume) {
  std::string lines;
  TuningResults results(plan.size());
  for (const std::filesystem::path& part : parts_in(folder)) {
    visit_lines(part, [&](const std::string& line, std::size_t number) {
      if (!resume) throw UsageError(part.string() + ": there are rows already; --resume adds to them");
      try {
        add_tuning_row(plan, line, results);
      } catch (const inkling::FormatError& error) {
        throw inkling::FormatError(fmt::format("{}: line {}: {}", part.string(), number, error.what()));
      }
      lines += line + '\n';
    });
  }
  return lines;
}

}  // namespace

TuningRows::TuningRows(const std::filesystem::path& folder, const TuningPlan& plan, bool resume,
                       inkling::Collective& ranks)
    : plan_(plan),
      ranks_(ranks),
      file_(part_of(folder, ranks.rank()), [](const std::string&, std::size_t) {}),
      results_(plan.size()) {
  ranks.barrier();  // rank 0 holds its part now, and so the folder; rows that are there stay as they are
  add_rows(plan, gather_text(ranks, read_rows(folder, plan, resume)), results_);
}

void TuningRows::append(std::size_t number, const TuningResult& result) {
  const std::string row = tuning_row(plan_, number, result);
  file_.append(row);
  appended_ += row + '\n';
}

void TuningRows::share() {
  add_rows(plan_, gather_text(ranks_, appended_), results_);
}
