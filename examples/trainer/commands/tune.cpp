#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/fingerprint.hpp>
#include <inkling/recipes.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "commands/commands.hpp"
#include "options/data_source.hpp"
#include "options/usage_error.hpp"
#include "text/one_line.hpp"
#include "text/shell_word.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "training/interrupt.hpp"
#include "training/progress_display.hpp"
#include "training/together.hpp"
#include "tuning/plan.hpp"
#include "tuning/rows.hpp"
#include "tuning/setting.hpp"
#include "tuning/table.hpp"

namespace {

using namespace inkling;

struct TuneOptions {
  std::string model;
  std::filesystem::path out;
  DataOptions data;
  std::vector<std::string> settings;  // "c=0.1,0.3"
  Index folds = 5;
  std::vector<std::uint64_t> seeds = {1};
  int threads = 0;
  bool resume = false;
};

void check(const TuneOptions& options) {
  for (const std::uint64_t seed : options.seeds) {
    if (std::count(options.seeds.begin(), options.seeds.end(), seed) > 1) {
      throw UsageError(fmt::format("--seeds: {} is there twice", seed));
    }
  }
}

/// Throws ValueError for a class that cannot be dealt out to all folds; one without images is left out.
void require_images_for(Index folds, const Dataset& data) {
  std::vector<Index> counts(static_cast<std::size_t>(data.num_classes()));
  for (const Label label : data.labels()) ++counts[static_cast<std::size_t>(label)];
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0 || counts[c] >= folds) continue;
    throw ValueError(fmt::format("{} folds need as many images of every class, but there are {} of '{}'", folds,
                                 counts[c], one_line(data.class_names()[c])));
  }
  if (data.size() == 0) throw ValueError("there are no images to tune with");
}

TuningPlan make_plan(const TuneOptions& options, const DataSource& source, const Dataset& data) {
  return {.model = options.model,
          .data = fmt::format("{}, {} images, fingerprint {:016x}", source.describe(Part::train),
                              with_commas(data.size()), fingerprint(data)),
          .folds = options.folds,
          .seeds = options.seeds,
          .settings = parse_settings(options.settings, parse_model(options.model))};
}

/// Of all that decides what the runs are.
std::uint64_t fingerprint(const TuningPlan& plan) {
  Fingerprint sum;
  const auto add = [&](const std::string& text) { sum.add(text.data(), text.size()); };
  add(plan.model);
  add(plan.data);
  sum.add(static_cast<std::uint64_t>(plan.folds));
  for (const std::uint64_t seed : plan.seeds) sum.add(seed);
  for (const Setting& setting : plan.settings) add(describe(setting));
  return sum.value();
}

/// "c=0.3, fold 2 of 5, seed 1"
std::string describe_run(const TuningPlan& plan, const TuningRun& run) {
  return fmt::format("{}, fold {} of {}, seed {}", describe(plan.settings[run.setting]), run.fold + 1, plan.folds,
                     run.seed);
}

/// Nothing when it was interrupted.
std::optional<TuningResult> train_and_measure(const TuningPlan& plan, const TuningRun& run, const Dataset& data,
                                              int threads, const Interrupt& interrupt, ProgressDisplay* display) {
  const auto start = std::chrono::steady_clock::now();
  const auto [train, held_out] = data.stratified_fold(run.fold, plan.folds, run.seed);
  RecipeOptions options{.seed = run.seed, .threads = threads};
  options.on_progress = [&](const Progress& progress) {
    if (display != nullptr) display->show(progress);
    return interrupt.requested() ? Flow::stop : Flow::go_on;
  };
  options.stop = [&] { return interrupt.requested(); };
  apply(plan.settings[run.setting], options);
  const TrainedModel trained = train_model(parse_model(plan.model), train, options);
  if (interrupt.requested()) return std::nullopt;
  const std::vector<Label> predicted = trained.model->predict(held_out.pixels(), threads);
  TuningResult result{.images = train.size(), .held_out = held_out.size()};
  for (Index i = 0; i < held_out.size(); ++i) {
    result.right += predicted[static_cast<std::size_t>(i)] == held_out.label(i) ? 1 : 0;
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

/// The runs that have no result yet, each rank its share.
void run_share(const TuneOptions& options, const TuningPlan& plan, const Dataset& data, Collective& ranks,
               TuningRows& rows) {
  std::vector<std::size_t> missing;
  for (std::size_t number = 0; number < plan.size(); ++number) {
    if (!rows.results()[number]) missing.push_back(number);
  }
  const Interrupt interrupt(&ranks);
  const bool watched = ranks.rank() == 0 && isatty(STDERR_FILENO) != 0;
  const auto step = static_cast<std::size_t>(ranks.size());
  for (auto i = static_cast<std::size_t>(ranks.rank()); i < missing.size() && !interrupt.requested(); i += step) {
    const TuningRun run = plan.run(missing[i]);
    std::optional<ProgressDisplay> display;
    if (watched) {
      display.emplace(fmt::format("{}/{} {}", missing[i] + 1, plan.size(), describe_run(plan, run)),
                      std::string(step_name(parse_model(plan.model))));
    }
    const std::optional<TuningResult> result =
        train_and_measure(plan, run, data, options.threads, interrupt, display ? &*display : nullptr);
    display.reset();  // ends its line
    if (!result) break;
    rows.append(missing[i], *result);
    std::cerr << fmt::format("{}  run {}/{}  {}  accuracy {:.2f} %  {:.1f} s\n", plan.model, missing[i] + 1,
                             plan.size(), describe_run(plan, run), 100 * result->accuracy(), result->seconds)
              << std::flush;
  }
  rows.share();
}

/// The command that trains with a setting.
std::string train_command(const TuneOptions& options, const Setting& setting) {
  std::string text = fmt::format("inkling train --model {0} --out {0}.safetensors", options.model);
  if (!options.data.folder.empty()) text += " --data " + shell_word(options.data.folder.string());
  if (!options.data.split.empty()) text += " --split " + options.data.split;
  if (options.data.limit) text += fmt::format(" --limit {}", *options.data.limit);
  for (const auto& [name, value] : setting) {
    if (value) text += fmt::format(" --{} {}", name, show(value));
  }
  return text;
}

void tune(const TuneOptions& options, Collective& ranks) {
  check(options);
  const DataSource source(options.data);
  parse_settings(options.settings, parse_model(options.model));  // before images are read
  const Dataset data = source.load(Part::train);
  require_images_for(options.folds, data);
  const TuningPlan plan = make_plan(options, source, data);
  require_same(ranks, fingerprint(plan), "the data or the settings");
  TuningRows rows(options.out, plan, options.resume, ranks);
  run_share(options, plan, data, ranks, rows);
  const auto missing = std::count(rows.results().begin(), rows.results().end(), std::nullopt);
  if (missing > 0) {
    throw Interrupted(fmt::format("interrupted; {} has {} of {} runs: go on with the same command and --resume",
                                  one_line(options.out.string()), plan.size() - static_cast<std::size_t>(missing),
                                  plan.size()));
  }
  if (ranks.rank() == 0) {
    print(tuning_table(plan, rows.results()));
    const Setting& best = plan.settings[best_setting(plan, rows.results())];
    print(fmt::format("best: {}\n", train_command(options, best)));
  }
  ranks.barrier();  // who ends before rank 0 has printed would say that all went well
}

}  // namespace

void add_tune(CLI::App& app) {
  const auto options = std::make_shared<TuneOptions>();
  CLI::App& command =
      *app.add_subcommand("tune", "try settings of a training by cross-validation, and say which is best");
  command.add_option("--model", options->model, "cnn, mlp, svm or forest")
      ->required()
      ->type_name("NAME")
      ->check(CLI::IsMember(model_names()));
  command.add_option("--out", options->out, "folder of the results, a line of JSON for each run")
      ->required()
      ->type_name("DIR");
  add_data_options(command, options->data);
  add_limit_option(command, options->data);
  command
      .add_option(
          "--set", options->settings,
          "values of an option of train that are tried: epochs, found-ink, c (svm), max-leaves (forest); several "
          "options: all combinations; default: without the option")
      ->type_name("NAME=V,V,...")
      ->allow_extra_args(false);
  command.add_option("--folds", options->folds, "parts of the images, each of which is held out once (default 5)")
      ->type_name("K")
      ->check(CLI::Range(2, 1'000'000));
  command
      .add_option("--seeds", options->seeds, "all is done with each of these seeds, separated by commas (default 1)")
      ->type_name("N,N,...")
      ->delimiter(',');
  command.add_option("--threads", options->threads, "most threads to use (default: all cores)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command.add_flag("--resume", options->resume, "add to results that are there; runs that have one are not done again");
  command.callback([options] { run_together([&](Collective& ranks) { tune(*options, ranks); }); });
}
