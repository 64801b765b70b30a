#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/run/run.hpp>
#include <inkling/form/run/sha256.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/io/atomic_file.hpp>
#include <inkling/picture/encode.hpp>

#include <CLI/Error.hpp>
#include <CLI/Option.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#ifdef INKLING_ZXING
#include <inkling/form/barcode/read_barcode.hpp>
#endif

#include "commands/form/form_commands.hpp"
#include "forms/decided_pages.hpp"
#include "forms/page_source.hpp"
#include "forms/template_page.hpp"
#include "options/usage_error.hpp"
#include "pictures/file_list.hpp"
#include "pictures/run_progress.hpp"
#include "training/interrupt.hpp"
#include "training/model_file.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;

struct ReadCommand {
  std::vector<std::string> inputs;  // templates first: what ends with .json
  std::string model;
  std::string lines;  // empty: what lies beside the model
  std::string out;
  std::string list;
  std::string shard;
  int threads = 0;
  bool resume = false;
  bool keep_going = false;
  bool pictures = false;
  double accept = 0.9;
};

struct Inputs {
  std::vector<FormTemplate> forms;
  std::vector<std::string> pages;
};

Inputs sorted_inputs(const ReadCommand& command) {
  Inputs inputs;
  std::vector<std::string> pages;
  for (const std::string& input : command.inputs) {
    if (!input.ends_with(".json")) {
      pages.push_back(input);
      continue;
    }
    ParsedTemplate parsed = load_template(input);
    for (const std::string& warning : parsed.warnings) std::cerr << "inkling: " << warning << std::endl;
    inputs.forms.push_back(std::move(parsed.form));
  }
  if (inputs.forms.empty()) throw UsageError("expected at least one FORM.json among the arguments");
  if (pages.empty() && command.list.empty()) throw UsageError("expected pages, or --files-from");
  inputs.pages =
      Shard::asked_or_scheduled(command.shard).of(without_repeats(list_files(pages, command.list, page_endings)));
  return inputs;
}

/// What becomes of every page that comes in.
struct Tally {
  std::size_t read = 0;
  std::size_t held = 0;
  std::size_t refused = 0;
  std::size_t before = 0;  // in the run already
  std::size_t all() const { return read + held + refused + before; }
};

/// Reads files on many threads; the run and the tally are one thread's at a
/// time.
class Reading {
 public:
  Reading(Run& run, const FormReader& reader, const ReadCommand& command)
      : run_(run), reader_(reader), command_(command) {}

  Tally read_all(const std::vector<std::string>& files) {
    const Interrupt interrupt;
    parallel_for(static_cast<Index>(files.size()), command_.threads, [&](Index i, int) {
      if (interrupt.requested() || broken_) return;
      read_file(files[static_cast<std::size_t>(i)]);
      const std::lock_guard lock(mutex_);
      ++done_;
      progress_.show(done_, files.size(), tally_.all());
    });
    for (const std::string& name : deferred_) {
      if (!interrupt.requested() && !broken_) read_file(name);
    }
    if (failure_) std::rethrow_exception(failure_);
    interrupted_ = interrupt.requested();
    return tally_;
  }
  bool interrupted() const { return interrupted_; }

 private:
  void read_file(const std::string& name) {
    std::optional<PageFile> file;
    int pages = 0;
    try {
      file.emplace(name);
      pages = file->pages();
    } catch (const Error& error) {
      refuse({.file = name, .hash = file ? file->hash() : "", .page = 1}, error.what());
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      if (!busy_.insert(file->hash()).second) {  // another thread reads the same content: wait for
                                                 // what it finds
        deferred_.push_back(name);
        return;
      }
    }
    for (int page = 1; page <= pages && !broken_; ++page) read_page(*file, page);
    const std::lock_guard lock(mutex_);
    busy_.erase(file->hash());
  }

  void read_page(const PageFile& file, int number) {
    const PageKey key{.file = file.name(), .hash = file.hash(), .page = number};
    std::optional<StoredPage> twin;
    {
      const std::lock_guard lock(mutex_);
      if (run_.has(key)) {
        ++tally_.before;
        return;
      }
      twin = run_.twin(key);
    }
    if (twin) {
      keep_twin(key, *twin);
      return;
    }
    try {
      ReadPage page = reader_.read(file.page(number));
      page.reading.file = key.file;
      page.reading.page = key.page;
      std::string picture;
      if (command_.pictures && page.registered) {
        picture = "pages/" + key.hash.substr(0, 32) + "-" + std::to_string(number) + ".png";
        std::filesystem::create_directories(run_.folder() / "pages");
        const std::vector<std::uint8_t> png = encode_png(*page.registered);
        write_atomically(run_.folder() / picture, std::as_bytes(std::span(png)));
      }
      keep(key, page.reading, picture, "");
    } catch (const Error& error) {
      refuse(key, error.what());
    }
  }

  /// The same content was read under another name: it is not read again, and it
  /// is held, for it may have been scanned twice.
  void keep_twin(const PageKey& key, const StoredPage& twin) {
    PageReading reading = twin.reading;
    reading.file = key.file;
    reading.page = key.page;
    const std::string told = "the same content as " + twin.key.file;
    reading.reason = told + (reading.reason.empty() ? "" : "; " + reading.reason);
    if (reading.status == PageStatus::read) reading.status = PageStatus::doubtful;
    keep(key, reading, twin.picture, twin.key.file);
  }

  void refuse(const PageKey& key, const std::string& reason) {
    {
      const std::lock_guard lock(mutex_);
      if (run_.has(key)) {
        ++tally_.before;
        return;
      }
    }
    keep(key, {.file = key.file, .page = key.page, .status = PageStatus::refused, .reason = reason}, "", "");
  }

  void keep(const PageKey& key, const PageReading& reading, const std::string& picture, const std::string& twin) {
    const std::lock_guard lock(mutex_);
    try {
      run_.add(key, reading, picture, twin);
    } catch (const Error&) {  // the disk is full or gone: there is no use in reading on
      if (!failure_) failure_ = std::current_exception();
      broken_ = true;
      return;
    }
    tally_.read += reading.status == PageStatus::read ? 1 : 0;
    tally_.held += reading.status == PageStatus::doubtful ? 1 : 0;
    tally_.refused += reading.status == PageStatus::refused ? 1 : 0;
    if (reading.status == PageStatus::refused) {
      progress_.say(key.file + ", page " + std::to_string(key.page) + ": refused: " + reading.reason);
    }
  }

  Run& run_;
  const FormReader& reader_;
  const ReadCommand& command_;
  std::mutex mutex_;
  RunProgress progress_{"pages"};
  Tally tally_;
  std::set<std::string> busy_;         // contents that are being read
  std::vector<std::string> deferred_;  // files whose content was being read
  std::size_t done_ = 0;
  std::atomic<bool> broken_ = false;
  std::exception_ptr failure_;
  bool interrupted_ = false;
};

std::string name_and_hash(const std::filesystem::path& file) {
  const std::string bytes = text_of(file.string());
  return file.filename().string() + " " + sha256(std::as_bytes(std::span(bytes))).substr(0, 16);
}

void read_pages(const ReadCommand& command) {
  const Inputs inputs = sorted_inputs(command);
  Run run(command.out, Run::Access::add);
  if (run.counts().pages > 0 && !command.resume) {
    throw UsageError(command.out + ": the run has pages already; --resume adds to it");
  }
  for (const FormTemplate& form : inputs.forms) run.add_template(form);
  run.set_origin("model", name_and_hash(command.model));
  const std::filesystem::path lines = lines_file(command.lines, command.model);
  run.set_origin("lines", lines.empty() ? "none" : name_and_hash(lines));
  std::vector<TemplatePage> pages;
  for (const FormTemplate& form : inputs.forms) pages.push_back(template_page(form));
  const std::shared_ptr<const Classifier> model = load_model_file(command.model);
  FormReaderOptions options{
      .accept = command.accept, .picture = command.pictures, .lines = load_lines_file(command.lines, command.model)};
#ifdef INKLING_ZXING
  options.barcode = read_barcode;
#endif
  const FormReader reader(std::move(pages), model, std::move(options));

  Reading reading(run, reader, command);
  const Tally tally = reading.read_all(inputs.pages);
  std::cout << "pages in " << tally.all() << " = read " << tally.read << " + held " << tally.held << " + refused "
            << tally.refused << (tally.before > 0 ? " + in the run before " + std::to_string(tally.before) : "")
            << std::endl;
  if (reading.interrupted()) throw Error("stopped; --resume goes on");
  if (tally.refused > 0 && !command.keep_going) throw CLI::RuntimeError(3);
}

}  // namespace

void add_form_read(CLI::App& form) {
  const auto options = std::make_shared<ReadCommand>();
  CLI::App& command = *form.add_subcommand("read", "read pages of one or several forms into a run");
  command
      .add_option("inputs", options->inputs,
                  "one or more FORM.json, then PNG, JPEG or PDF files, or "
                  "folders of them")
      ->required()
      ->type_name("FORM.json... PAGE...");
  command.add_option("--model", options->model, "file of the model")->required()->type_name("FILE");
  command
      .add_option("--lines", options->lines,
                  "network that reads numbers as a whole, a second opinion on them; none: no second opinion "
                  "[lines/numbers.safetensors beside the model, if it is there]")
      ->type_name("FILE|none");
  command.add_option("--out", options->out, "folder of the run, made when there is none")->required()->type_name("RUN");
  command.add_option("--files-from", options->list, "further pages, a name a line; - is standard input")
      ->type_name("LIST");
  command
      .add_option("--shard", options->shard,
                  "read the i-th of n parts of the pages; default: as Slurm, Kubernetes or Open MPI says, else all")
      ->type_name("i/n");
  command.add_option("--threads", options->threads, "how many pages are read at once; 0: as many as there are cores")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  command.add_flag("--resume", options->resume, "add to a run that has pages already; those are not read again");
  command.add_flag("--keep-going", options->keep_going, "end with status 0 although pages were refused");
  command.add_flag("--pictures", options->pictures, "keep the registered pages as pictures in the run");
  command.add_option("--accept", options->accept, "fields of less confidence are doubtful")
      ->type_name("P")
      ->check(CLI::Range(0.0, 1.0));
  command.callback([options] { read_pages(*options); });
}
