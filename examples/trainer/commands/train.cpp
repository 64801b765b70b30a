#include <inkling/core/collective.hpp>
#include <inkling/model/with_classes.hpp>
#include <inkling/nn/training/fine_tuning.hpp>
#include <inkling/recipes.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "commands/commands.hpp"
#include "options/data_source.hpp"
#include "options/storage_option.hpp"
#include "options/training_options.hpp"
#include "options/usage_error.hpp"
#include "report/learning_curve.hpp"
#include "report/picture.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "text/write_text.hpp"
#include "training/interrupt.hpp"
#include "training/model_file.hpp"
#include "training/together.hpp"
#include "training/training_run.hpp"

namespace {

struct TrainOptions {
  std::string model;
  std::filesystem::path out;
  inkling::Storage storage = inkling::Storage::f32;
  std::filesystem::path curve;  // empty: not written
  DataOptions data;
  inkling::RecipeOptions training;
  std::vector<std::filesystem::path> also;  // folders of pictures by label
  std::filesystem::path from;               // of a network; empty: begins anew
  std::filesystem::path teacher;            // of a network; empty: none
  std::string c;                            // a number, or "auto"
};

/// The pictures of all folders, with the classes of the data.
inkling::Dataset load_also(const std::vector<std::filesystem::path>& folders, const inkling::Dataset& data) {
  std::vector<std::uint8_t> pixels;
  std::vector<inkling::Label> labels;
  for (const auto& folder : folders) {
    DataOptions options;
    options.folder = folder;
    const inkling::Dataset more =
        inkling::with_classes(DataSource(options).load(inkling::Part::train), data.class_names());
    const inkling::Pixels theirs = more.pixels();
    pixels.insert(pixels.end(), theirs.data(), theirs.data() + theirs.size());
    const auto which = more.labels();
    labels.insert(labels.end(), which.begin(), which.end());
  }
  const auto count = static_cast<inkling::Index>(labels.size());
  const inkling::Pixels all = Eigen::Map<const inkling::Pixels>(pixels.data(), data.image_shape().size(), count);
  return inkling::Dataset(data.image_shape(), all, std::move(labels), data.class_names());
}

/// `purpose`: what the network is for.
inkling::nn::NetworkClassifier load_network(const std::filesystem::path& file, const std::string& purpose) {
  const auto loaded = load_model_file(file);
  const auto* model = dynamic_cast<const inkling::nn::NetworkClassifier*>(loaded.get());
  if (model == nullptr) {
    throw inkling::ValueError(file.string() + ": expected a network " + purpose + ", got a model of kind " +
                              std::string(loaded->kind()));
  }
  return *model;
}

/// The network in a file, made to put out the classes of the data.
inkling::nn::Network load_start(const std::filesystem::path& file, const inkling::Dataset& data) {
  const inkling::nn::NetworkClassifier model = load_network(file, "to begin as");
  if (model.class_names() == data.class_names()) return model.network();
  return inkling::nn::with_new_head(model.network(), data.num_classes());
}

inkling::nn::Network load_teacher(const std::filesystem::path& file, const inkling::Dataset& data) {
  const inkling::nn::NetworkClassifier model = load_network(file, "to learn from");
  if (model.class_names() != data.class_names()) {
    throw inkling::ValueError(file.string() + ": expected a network of the data's classes to learn from");
  }
  return model.network();
}

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
  if (options.storage == inkling::Storage::i8 && !inkling::is_network(inkling::parse_model(options.model))) {
    throw UsageError("--storage i8: only cnn and mlp are stored so");
  }
  if (!options.c.empty() && inkling::parse_model(options.model) != inkling::ModelKind::svm) {
    throw UsageError("--c: only the svm has it");
  }
  if (!options.from.empty() && !inkling::is_network(inkling::parse_model(options.model))) {
    throw UsageError("--from: the " + options.model + " always begins anew; only cnn and mlp go on from a trained one");
  }
  if (!options.teacher.empty() && !inkling::is_network(inkling::parse_model(options.model))) {
    throw UsageError("--teacher: the " + options.model + " learns from labels alone; only cnn and mlp have a teacher");
  }
  require_folder_of(options.out);
}

void save(const TrainOptions& options, const TrainingRun& run, const DataSource& source, Provenance origin) {
  add_measures(origin, source, run.trained);
  save_model_file(*run.trained.model, options.out, origin, options.storage);
  if (!options.curve.empty() && !run.curve.empty()) {
    write_text(options.curve, svg_file(draw_learning_curve(run.curve), 1.5));
  }
  const auto bytes = static_cast<inkling::Index>(std::filesystem::file_size(options.out));
  print(fmt::format("{}: {}, {} bytes, trained on {}\n", one_line(options.out.string()), options.model,
                    with_commas(bytes), origin.trained_on));
  const std::string warning = inkling::training_warning(*run.trained.model);
  if (!warning.empty()) print(fmt::format("{}: {}\n", options.model, warning));
}

void train(TrainOptions options, inkling::Collective& ranks) {
  check(options);
  const bool writes = ranks.rank() == 0;
  options.training.ranks = &ranks;
  if (!options.c.empty() && options.c != "auto") options.training.c = parse_c(options.c);
  const DataSource source(options.data);
  inkling::Dataset data = source.load(inkling::Part::train);
  if (!options.also.empty()) options.training.also = load_also(options.also, data);
  if (!options.from.empty()) options.training.start = load_start(options.from, data);
  if (!options.teacher.empty()) options.training.teacher = load_teacher(options.teacher, data);
  if (options.c == "auto") {
    options.training.c = inkling::choose_svm_c(data, options.training);
    if (writes) print(fmt::format("svm: c = {} by cross-validation\n", *options.training.c));
  }
  Provenance origin = provenance(options.model, source, data, options.training);
  const TrainingRun run = run_training(inkling::parse_model(options.model), std::move(data), options.training);
  if (run.interrupted && !options.training.checkpoint.empty()) {
    throw Interrupted(fmt::format("interrupted; {} has the run so far: go on with the same command and --resume",
                                  one_line(options.training.checkpoint.string())));
  }
  if (writes) save(options, run, source, std::move(origin));
  ranks.barrier();  // who ends before rank 0 has written would say that all went well
  if (run.interrupted) {
    throw Interrupted("interrupted; the model has learned a part only (with --checkpoint FILE a network can go on)");
  }
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
  command
      .add_option("--found-ink", options->training.found_ink,
                  "share of the images shown as they are found on forms, in scans and photos (default 0)")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--also", options->also, "folder of pictures by label to learn from, too; may be repeated")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command.add_option("--also-times", options->training.also_times, "how often each of those counts (default 3)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command.add_option("--from", options->from, "a trained network to begin as, for cnn and mlp")->type_name("FILE");
  command
      .add_option("--teacher", options->teacher,
                  "a trained network of the same classes, to learn what it says, for cnn "
                  "and mlp")
      ->type_name("FILE");
  add_storage_option(command, options->storage);
  command.callback([options] { run_together([&](inkling::Collective& ranks) { train(*options, ranks); }); });
}
