#include <inkling/core/parallel.hpp>
#include <inkling/forest/importance.hpp>
#include <inkling/recipes.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands/commands.hpp"
#include "options/data_source.hpp"
#include "options/training_options.hpp"
#include "report/comparison.hpp"
#include "report/evaluation.hpp"
#include "report/machine.hpp"
#include "report/report.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "text/write_text.hpp"
#include "training/interrupt.hpp"
#include "training/model_file.hpp"
#include "training/training_run.hpp"

namespace {

using inkling::Dataset;

struct CompareOptions {
  std::vector<std::string> models = inkling::model_names();
  std::filesystem::path out = "inkling-report";
  DataOptions data;
  inkling::RecipeOptions training;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Microseconds per image on one thread.
double time_prediction(const inkling::Classifier& model, const Dataset& test) {
  constexpr inkling::Index most = 1000;
  const inkling::Pixels images = test.take(most).pixels();
  const auto start = std::chrono::steady_clock::now();
  model.scores(images, 1);
  return 1e6 * seconds_since(start) / static_cast<double>(images.cols());
}

/// Of each byte of the image to a forest; empty for other models.
std::vector<double> importance_of(const inkling::Classifier& model) {
  const auto* const forest = dynamic_cast<const inkling::RandomForest*>(&model);
  return forest == nullptr ? std::vector<double>{} : inkling::pixel_importance(*forest);
}

ModelResult examine(const std::string& name, const DataSource& source, const Dataset& train, const Dataset& test,
                    const CompareOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  TrainingRun run = run_training(inkling::parse_model(name), train, options.training);
  if (run.interrupted) throw Interrupted("interrupted while the " + name + " was trained; there is no report");
  const double train_seconds = seconds_since(start);
  const auto file = options.out / (name + ".safetensors");
  const inkling::Classifier& model = *run.trained.model;
  Provenance origin = provenance(name, source, train, options.training);
  add_measures(origin, source, run.trained);
  save_model_file(model, file, origin);
  return {.name = name,
          .evaluation = evaluate_model(model, test, {.threads = options.training.threads}),
          .train_seconds = train_seconds,
          .predict_us = time_prediction(model, test),
          .bytes = std::filesystem::file_size(file),
          .parameters = model.parameter_count(),
          .curve = std::move(run.curve),
          .warning = inkling::training_warning(model),
          .importance = importance_of(model)};
}

void print_row(const ModelResult& model) {
  print(fmt::format("{:8} {:8.2f} % {:8.2f} % {:9.1f} s {:9.1f} us {:>12}\n", model.name,
                    100 * model.evaluation.accuracy, 100 * model.evaluation.macro_f1, model.train_seconds,
                    model.predict_us, with_commas(static_cast<inkling::Index>(model.bytes))));
}

void compare(const CompareOptions& options) {
  const DataSource source(options.data);
  const auto [train, test] = source.load_both();
  std::filesystem::create_directories(options.out);
  Comparison comparison{.data = source.name(),
                        .split = source.split_name(),
                        .train_images = train.size(),
                        .test_images = test.size(),
                        .class_names = test.class_names(),
                        .image = test.image_shape(),
                        .seed = options.training.seed,
                        .machine = describe_machine(inkling::thread_count(options.training.threads))};
  for (const std::string& name : options.models) {
    comparison.models.push_back(examine(name, source, train, test, options));
  }
  print(fmt::format("{:8} {:>10} {:>10} {:>11} {:>12} {:>12}\n", "model", "accuracy", "macro F1", "training",
                    "per image", "bytes"));
  for (const ModelResult& model : comparison.models) print_row(model);
  write_text(options.out / "results.json", results_json(comparison));
  write_text(options.out / "report.html", report_html(comparison));
  print(fmt::format("report: {}\n", one_line((options.out / "report.html").string())));
}

}  // namespace

void add_compare(CLI::App& app) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App& command = *app.add_subcommand("compare", "train several models on the same data and report on them");
  command.add_option("--models", options->models, "which ones, separated by commas (default cnn,mlp,svm,forest)")
      ->delimiter(',')
      ->type_name("NAMES")
      ->check(CLI::IsMember(inkling::model_names()));
  command.add_option("--out", options->out, "folder for report, results and models (default inkling-report)")
      ->type_name("DIR");
  add_data_options(command, options->data);
  add_limit_option(command, options->data);
  add_training_options(command, options->training);
  command.callback([options] { compare(*options); });
}
