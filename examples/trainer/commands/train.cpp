#include <inkling/recipes.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "commands/commands.hpp"
#include "options/data_source.hpp"
#include "options/training_options.hpp"
#include "options/usage_error.hpp"
#include "report/learning_curve.hpp"
#include "report/picture.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "text/write_text.hpp"
#include "training/model_file.hpp"
#include "training/training_run.hpp"

namespace {

struct TrainOptions {
  std::string model;
  std::filesystem::path out;
  std::string storage = "f32";
  std::filesystem::path curve;  // empty: not written
  DataOptions data;
  inkling::RecipeOptions training;
  std::string c;  // a number, or "auto"
};

/// A number above 0.
double parse_c(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0) || !std::isfinite(value)) {
    throw UsageError("--c: expected a number above 0 or auto, got '" + text + "'");
  }
  return value;
}

void check(const TrainOptions& options) {
  const bool uses_checkpoint = !options.training.checkpoint.empty();
  if (options.training.resume && !uses_checkpoint) throw UsageError("--resume needs --checkpoint FILE");
  if (uses_checkpoint && !inkling::is_network(inkling::parse_model(options.model))) {
    throw UsageError("--checkpoint: the " + options.model + " trains in one go; only cnn and mlp can be continued");
  }
  if (options.training.max_leaves > 0 && inkling::parse_model(options.model) != inkling::ModelKind::forest) {
    throw UsageError("--max-leaves: only a forest has leaves");
  }
  if (!options.curve.empty() && !inkling::is_network(inkling::parse_model(options.model))) {
    throw UsageError("--curve: the " + options.model + " trains in one go; only cnn and mlp have a learning curve");
  }
  if (!options.c.empty() && inkling::parse_model(options.model) != inkling::ModelKind::svm) {
    throw UsageError("--c: only the svm has it");
  }
  // Found out now rather than after training.
  const auto folder = options.out.has_parent_path() ? options.out.parent_path() : ".";
  if (!std::filesystem::is_directory(folder)) {
    throw inkling::FileError(folder.string() + ": expected a folder for --out, found none");
  }
}

void train(TrainOptions options) {
  check(options);
  if (!options.c.empty() && options.c != "auto") options.training.c = parse_c(options.c);
  const DataSource source(options.data);
  const inkling::Dataset data = source.load(inkling::Part::train);
  if (options.c == "auto") {
    options.training.c = inkling::choose_svm_c(data, options.training);
    print(fmt::format("svm: c = {} by cross-validation\n", *options.training.c));
  }
  const TrainingRun run = run_training(inkling::parse_model(options.model), data, options.training);
  const Provenance origin = provenance(options.model, source, data, options.training, run.trained.accuracy);
  save_model_file(*run.trained.model, options.out, origin,
                  options.storage == "f16" ? inkling::Storage::f16 : inkling::Storage::f32);
  if (!options.curve.empty() && !run.curve.empty()) {
    write_text(options.curve, svg_file(draw_learning_curve(run.curve), 1.5));
  }
  const auto bytes = static_cast<inkling::Index>(std::filesystem::file_size(options.out));
  print(fmt::format("{}: {}, {} bytes, trained on {}\n", one_line(options.out.string()), options.model,
                    with_commas(bytes), origin.trained_on));
  const std::string warning = inkling::training_warning(*run.trained.model);
  if (!warning.empty()) print(fmt::format("{}: {}\n", options.model, warning));
}

}  // namespace

void add_train(CLI::App& app) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App& command = *app.add_subcommand("train", "train a model and save it");
  command.add_option("--model", options->model, "cnn, mlp, svm or forest")
      ->required()
      ->type_name("NAME")
      ->check(CLI::IsMember(inkling::model_names()));
  command.add_option("--out", options->out, "file for the model (safetensors)")->required()->type_name("FILE");
  add_data_options(command, options->data);
  add_limit_option(command, options->data);
  add_training_options(command, options->training);
  command
      .add_option("--max-leaves", options->training.max_leaves, "most leaves of a tree of the forest: a smaller file")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command.add_option("--c", options->c, "weight of the SVM's losses: a number (default 0.3), or auto: cross-validated")
      ->type_name("C");
  command.add_option("--checkpoint", options->training.checkpoint, "save the state of training after every epoch")
      ->type_name("FILE");
  command.add_flag("--resume", options->training.resume, "go on from the checkpoint, if there is one");
  command.add_option("--curve", options->curve, "draw accuracy and loss by epoch, of cnn and mlp")
      ->type_name("FILE.svg");
  command.add_option("--storage", options->storage, "f32 keeps the weights exactly (default), f16 halves the file")
      ->type_name("NAME")
      ->check(CLI::IsMember({"f32", "f16"}));
  command.callback([options] { train(*options); });
}
