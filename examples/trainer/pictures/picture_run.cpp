#include "pictures/picture_run.hpp"

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>

#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "options/usage_error.hpp"
#include "pictures/file_list.hpp"
#include "pictures/picture_file.hpp"
#include "pictures/row_file.hpp"
#include "pictures/run_progress.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "training/interrupt.hpp"

namespace {

using namespace inkling;

/// What became of a picture.
struct Outcome {
  Row row = {};
  std::string error = {};  // empty: the row is good
  bool before = false;     // it has a row from an earlier run
};

struct Tally {
  std::size_t read = 0;
  std::size_t failed = 0;
  std::size_t before = 0;
};

/// Where outcomes go: they come from many threads in any order, and are written in the pictures' order.
class InOrder {
 public:
  /// rows: null: they are printed.
  InOrder(const std::vector<std::string>& paths, RowFile* rows) : paths_(paths), rows_(rows) {}

  void put(std::size_t picture, Outcome outcome) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(picture, std::move(outcome));
    for (auto first = waiting_.find(next_); first != waiting_.end(); first = waiting_.find(next_)) {
      write(paths_[next_], first->second);
      waiting_.erase(first);
      ++next_;
    }
    if (rows_ != nullptr) progress_.show(next_, paths_.size(), next_);
  }

  const Tally& tally() const noexcept { return tally_; }

 private:
  void write(const std::string& path, const Outcome& outcome) {
    if (!outcome.error.empty()) say(path, outcome.error);
    if (!outcome.row.warning.empty()) say(path, outcome.row.warning);
    if (!outcome.row.text.empty()) {
      rows_ != nullptr ? rows_->append(outcome.row.text) : print(outcome.row.text + '\n');
    }
    (outcome.before ? tally_.before : outcome.error.empty() ? tally_.read : tally_.failed) += 1;
  }

  void say(const std::string& path, const std::string& what) {
    progress_.say(fmt::format("{}: {}", one_line(path), one_line(what)));
  }

  const std::vector<std::string>& paths_;
  RowFile* rows_;
  std::mutex mutex_;
  std::map<std::size_t, Outcome> waiting_;  // for those before them
  std::size_t next_ = 0;
  Tally tally_;
  RunProgress progress_{"pictures"};
};

std::string error_row(const std::string& path, const std::string& sha256, const std::string& error) {
  const nlohmann::ordered_json row{{"path", path}, {"sha256", sha256}, {"error", error}};
  return row.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Outcome look_at(const std::string& path, const RowFile* rows, const MakeRow& make_row) {
  std::string sha256;
  try {
    const PictureFile file(path);
    if (rows != nullptr) sha256 = file.sha256();
    if (rows != nullptr && rows->has(path, sha256)) return {.before = true};
    return {.row = make_row({.path = path, .sha256 = sha256, .image = file.decode()})};
  } catch (const Error& error) {
    if (rows == nullptr) return {.error = error.what()};
    if (rows->has(path, sha256)) return {.before = true};
    return {.row = {.text = error_row(path, sha256, error.what())}, .error = error.what()};
  }
}

Tally look_at_all(const std::vector<std::string>& paths, int threads, RowFile* rows, const MakeRow& make_row) {
  InOrder order(paths, rows);
  std::optional<Interrupt> interrupt;
  if (rows != nullptr) interrupt.emplace();
  std::atomic<bool> broken = false;  // rows cannot be written, say: there is no use in going on
  parallel_for(static_cast<Index>(paths.size()), threads, [&](Index i, int) {
    if (broken || (interrupt && interrupt->requested())) return;
    const auto picture = static_cast<std::size_t>(i);
    try {
      order.put(picture, look_at(paths[picture], rows, make_row));
    } catch (...) {
      broken = true;
      throw;
    }
  });
  if (interrupt && interrupt->requested()) throw Interrupted("stopped; --resume goes on");
  return order.tally();
}

}  // namespace

void PictureRunOptions::check() const {
  if (pictures.empty() && list.empty()) throw UsageError("expected images, or --files-from");
  if (resume && out.empty()) throw UsageError("--resume: needs --out, where rows are");
  if (list == standard_input && std::ranges::count(pictures, standard_input) > 0) {
    throw UsageError("the standard input holds either a picture or the list of --files-from");
  }
}

void add_picture_run_options(CLI::App& command, PictureRunOptions& options) {
  command.add_option("images", options.pictures, "pictures, and folders of them; - is the standard input")
      ->type_name("IMAGE");
  command.add_option("--files-from", options.list, "further pictures, a name a line; - is the standard input")
      ->type_name("LIST");
  command
      .add_option(
          "--shard", options.shard,
          "only the i-th of n parts of the pictures (default with --out: as Slurm, Kubernetes or Open MPI says)")
      ->type_name("i/n");
  command.add_option("--out", options.out, "append a line of JSON for each picture to DIR/part-i.jsonl")
      ->type_name("DIR");
  command.add_flag("--resume", options.resume, "add to rows that are there; pictures that have one are not read again");
  command.add_flag("--keep-going", options.keep_going, "end with status 0 although some pictures could not be read");
  command.add_option("--threads", options.threads, "how many pictures are read at once; 0: as many as there are cores")
      ->type_name("N")
      ->check(CLI::Range(0, most_threads));
}

void run_pictures(const PictureRunOptions& options, const MakeRow& make_row) {
  options.check();
  std::vector<std::string> paths = list_files(options.pictures, options.list, picture_endings);
  if (options.out.empty()) {
    if (!options.shard.empty()) paths = Shard::parse(options.shard).of(std::move(paths));
    const Tally tally = look_at_all(paths, options.threads, nullptr, make_row);
    if (tally.failed > 0 && !options.keep_going) throw CLI::RuntimeError(1);
    return;
  }
  const Shard shard = Shard::asked_or_scheduled(options.shard);
  paths = shard.of(without_repeats(std::move(paths)));
  RowFile rows(options.out, shard, options.resume);
  const Tally tally = look_at_all(paths, options.threads, &rows, make_row);
  std::cerr << "inkling: pictures " << paths.size() << " = read " << tally.read << " + failed " << tally.failed
            << " + read before " << tally.before << std::endl;
  if (tally.failed > 0 && !options.keep_going) throw CLI::RuntimeError(3);
}
