#include <inkling/adapt.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include "commands/commands.hpp"
#include "options/data_source.hpp"
#include "options/storage_option.hpp"
#include "report/evaluation.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "training/interrupt.hpp"
#include "training/model_file.hpp"
#include "training/progress_display.hpp"

namespace {

struct AdaptCommand {
  std::filesystem::path model;
  std::filesystem::path out;
  DataOptions data;
  DataOptions known;  // what it knew: without a folder, the sample
  inkling::Storage storage = inkling::Storage::f16;
  inkling::AdaptOptions adaptation;
};

/// Among digits alone, where the data has nothing else.
double accuracy_on(const inkling::Classifier& model, const inkling::Dataset& data) {
  const auto digits = inkling::CharSet::parse("digits");
  const auto is_digit = [&](const inkling::ClassMeaning& meaning) { return digits.admits(meaning); };
  const auto meanings = inkling::class_meanings(data.class_names());
  const bool are_digits = std::all_of(meanings.begin(), meanings.end(), is_digit);
  return evaluate_model(model, data, {.charset = are_digits ? digits : inkling::CharSet()}).accuracy;
}

inkling::Adaptation adapt_with_display(const inkling::nn::NetworkClassifier& model, const inkling::Dataset& samples,
                                       inkling::AdaptOptions options) {
  ProgressDisplay display("adapt", "epoch");
  const Interrupt interrupt;
  options.on_progress = [&](const inkling::Progress& progress) {
    display.show(progress);
    return interrupt.requested() ? inkling::Flow::stop : inkling::Flow::go_on;
  };
  return inkling::adapt(model, samples, options);
}

void save(const inkling::Adaptation& adaptation, const AdaptCommand& command, const std::string& data) {
  const inkling::ModelInfo info = inkling::read_model_info(command.model);
  Provenance origin{.trained_on = info.trained_on + "; adapted to " + with_commas(adaptation.samples) + " of " + data,
                    .notes = info.notes};
  origin.notes.erase("accuracy");  // which was measured on the model before, as were these
  origin.notes.erase("activation_ranges");
  save_model_file(adaptation.model, command.out, origin, command.storage);
}

void adapt(const AdaptCommand& command) {
  const auto loaded = load_model_file(command.model);
  const auto* model = dynamic_cast<const inkling::nn::NetworkClassifier*>(loaded.get());
  if (model == nullptr) {
    throw inkling::ValueError(command.model.string() + ": expected a network (cnn or mlp), got a model of kind " +
                              std::string(loaded->kind()) + ", which learns anew in a minute: inkling train");
  }
  const DataSource source(command.data);
  const DataSource known(command.known);
  const inkling::Dataset samples = source.load(inkling::Part::train);
  const inkling::Adaptation adaptation = adapt_with_display(*model, samples, command.adaptation);
  save(adaptation, command, source.name());
  if (adaptation.before) {
    print(fmt::format("yours: {:.2f} % -> {:.2f} % of {} pictures (each read by a training without it)\n",
                      100 * *adaptation.before, 100 * *adaptation.after, with_commas(adaptation.samples)));
  } else {
    print(fmt::format("yours: not measured; {} pictures are too few for it\n", with_commas(adaptation.samples)));
  }
  const inkling::Dataset old = known.load(inkling::Part::test);
  print(fmt::format("{}: {:.2f} % -> {:.2f} % of {} images\n", known.describe(inkling::Part::test),
                    100 * accuracy_on(*model, old), 100 * accuracy_on(adaptation.model, old), with_commas(old.size())));
  print(fmt::format("{}: {} bytes, {:.0f} % of the way\n", one_line(command.out.string()),
                    with_commas(static_cast<inkling::Index>(std::filesystem::file_size(command.out))),
                    100 * adaptation.share));
}

}  // namespace

void add_adapt(CLI::App& app) {
  const auto options = std::make_shared<AdaptCommand>();
  CLI::App& command = *app.add_subcommand("adapt", "fit a trained network to a writer or a form by a few samples");
  command.add_option("--model", options->model, "file of the network")->required()->type_name("FILE");
  command.add_option("--out", options->out, "file for the adapted one")->required()->type_name("FILE");
  add_data_options(command, options->data);
  command.get_option("--data")->required();
  command
      .add_option("--known", options->known.folder,
                  "folder of images to measure on what the model knew; without it the sample that is included")
      ->type_name("DIR");
  command.add_option("--known-split", options->known.split, "its split")->type_name("NAME");
  command.add_option("--seed", options->adaptation.seed, "of everything random (default 1)")->type_name("N");
  command.add_option("--threads", options->adaptation.threads, "0 (default): all cores; the result is the same")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  add_storage_option(command, options->storage);
  command.callback([options] { adapt(*options); });
}
