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
#include <chrono>
#include <cstddef>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

  /// Of pictures first, first + 1, ...
  void put(std::size_t first, std::vector<Outcome> outcomes) {
    if (outcomes.empty()) return;  // stopped
    const std::lock_guard lock(mutex_);
    waiting_.emplace(first, std::move(outcomes));
    for (auto next = waiting_.find(next_); next != waiting_.end(); next = waiting_.find(next_)) {
      for (const Outcome& outcome : next->second) write(paths_[next_++], outcome);
      waiting_.erase(next);
    }
    print_rows();
    if (rows_ != nullptr) progress_.show(next_, paths_.size(), next_);
  }

  const Tally& tally() const noexcept { return tally_; }

 private:
  void write(const std::string& path, const Outcome& outcome) {
    if (!outcome.error.empty()) say(path, outcome.error);
    if (!outcome.row.warning.empty()) say(path, outcome.row.warning);
    if (!outcome.row.text.empty()) {
      rows_ != nullptr ? rows_->append(outcome.row.text) : void(printed_ += outcome.row.text + '\n');
    }
    (outcome.before ? tally_.before : outcome.error.empty() ? tally_.read : tally_.failed) += 1;
  }

  /// All at once, as each call of the system takes a while.
  void print_rows() {
    if (!printed_.empty()) print(printed_);
    printed_.clear();
  }

  void say(const std::string& path, const std::string& what) {
    print_rows();
    progress_.say(fmt::format("{}: {}", one_line(path), one_line(what)));
  }

  const std::vector<std::string>& paths_;
  RowFile* rows_;
  std::mutex mutex_;
  std::map<std::size_t, std::vector<Outcome>> waiting_;  // by their first picture; for those before them
  std::size_t next_ = 0;
  std::string printed_;  // what is to be printed next
  Tally tally_;
  RunProgress progress_{"pictures"};
};

std::string error_row(const std::string& path, const std::string& sha256, const std::string& error) {
  const nlohmann::ordered_json row{{"path", path}, {"sha256", sha256}, {"error", error}};
  return row.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// What became of a picture that failed. sha256: empty where the file could not be read, or nobody asked.
Outcome failed(const std::string& path, const std::string& sha256, const std::string& why, const RowFile* rows) {
  if (rows == nullptr) return {.error = why};
  if (rows->has(path, sha256)) return {.before = true};
  return {.row = {.text = error_row(path, sha256, why)}, .error = why};
}

/// Rows of one picture at a time.
class OneByOne : public RowMaker {
 public:
  explicit OneByOne(const MakeRow& make_row) : make_row_(make_row) {}
  void look_at(const RunPicture& picture) override { rows_.push_back(make_row_(picture)); }
  std::vector<Row> rows() override { return std::move(rows_); }

 private:
  const MakeRow& make_row_;
  std::vector<Row> rows_;
};

/// Some pictures whose rows are made together.
class Part {
 public:
  Part(const RowFile* rows, std::unique_ptr<RowMaker> maker) : rows_(rows), maker_(std::move(maker)) {}

  void look_at(const std::string& path) {
    Seen& picture = seen_.emplace_back(Seen{.path = path});
    try {
      const PictureFile file(path);
      if (rows_ != nullptr) picture.sha256 = file.sha256();
      if (rows_ != nullptr && rows_->has(path, picture.sha256)) {
        picture.outcome.before = true;
        return;
      }
      maker_->look_at({.path = path, .sha256 = picture.sha256, .image = file.decode()});
      picture.wants_row = true;
    } catch (const Error& error) {
      picture.outcome = failed(path, picture.sha256, error.what(), rows_);
    }
  }

  /// Whether the first picture has waited for its row long enough: large ones take a while each.
  bool is_late() const { return std::chrono::steady_clock::now() - start_ > std::chrono::milliseconds(100); }

  /// Of each picture, in order.
  std::vector<Outcome> outcomes() {
    std::vector<Row> rows;
    std::optional<std::string> error;
    try {
      rows = maker_->rows();
    } catch (const Error& thrown) {
      error = thrown.what();
    }
    auto row = rows.begin();
    std::vector<Outcome> outcomes;
    for (Seen& picture : seen_) {
      if (picture.wants_row && error) picture.outcome = failed(picture.path, picture.sha256, *error, rows_);
      if (picture.wants_row && !error) picture.outcome.row = std::move(*row++);
      outcomes.push_back(std::move(picture.outcome));
    }
    return outcomes;
  }

 private:
  struct Seen {
    const std::string& path;
    std::string sha256 = {};
    Outcome outcome = {};
    bool wants_row = false;
  };

  const RowFile* rows_;
  std::unique_ptr<RowMaker> maker_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<Seen> seen_;
};

/// How pictures are looked at: so many together, on so many threads.
struct Parts {
  std::size_t together;
  int threads;

  /// Each thread is to have several parts, so that all end at about the same time.
  std::size_t size(std::size_t pictures) const {
    constexpr std::size_t parts_a_thread = 4;
    const auto parts = parts_a_thread * static_cast<std::size_t>(thread_count(threads));
    return std::clamp<std::size_t>(pictures / parts, 1, together);
  }
};

Tally look_at_all(const std::vector<std::string>& paths, const Parts& parts, RowFile* rows, const StartRows& start) {
  InOrder order(paths, rows);
  std::optional<Interrupt> interrupt;
  if (rows != nullptr) interrupt.emplace();
  std::atomic<bool> broken = false;  // rows cannot be written, say: there is no use in going on
  const auto stop = [&] { return broken || (interrupt && interrupt->requested()); };
  const std::size_t size = parts.size(paths.size());
  parallel_for(static_cast<Index>((paths.size() + size - 1) / size), parts.threads, [&](Index i, int) {
    if (stop()) return;
    std::size_t first = static_cast<std::size_t>(i) * size;
    const std::size_t last = std::min(first + size, paths.size());
    try {
      while (first < last && !stop()) {
        Part part(rows, start());
        for (std::size_t k = first; k < last && !part.is_late() && !stop(); ++k) part.look_at(paths[k]);
        std::vector<Outcome> outcomes = part.outcomes();
        const std::size_t size_of_part = outcomes.size();
        order.put(first, std::move(outcomes));
        first += size_of_part;
      }
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
  run_pictures(options, 1, [&] { return std::make_unique<OneByOne>(make_row); });
}

void run_pictures(const PictureRunOptions& options, std::size_t together, const StartRows& start) {
  options.check();
  const Parts parts{.together = together, .threads = options.threads};
  std::vector<std::string> paths = list_files(options.pictures, options.list, picture_endings);
  if (options.out.empty()) {
    if (!options.shard.empty()) paths = Shard::parse(options.shard).of(std::move(paths));
    const Tally tally = look_at_all(paths, parts, nullptr, start);
    if (tally.failed > 0 && !options.keep_going) throw CLI::RuntimeError(1);
    return;
  }
  const Shard shard = Shard::asked_or_scheduled(options.shard);
  paths = shard.of(without_repeats(std::move(paths)));
  RowFile rows(options.out, shard, options.resume);
  const Tally tally = look_at_all(paths, parts, &rows, start);
  std::cerr << "inkling: pictures " << paths.size() << " = read " << tally.read << " + failed " << tally.failed
            << " + read before " << tally.before << std::endl;
  if (tally.failed > 0 && !options.keep_going) throw CLI::RuntimeError(3);
}
