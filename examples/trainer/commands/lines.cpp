#include <inkling/core/error.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/line_recipe.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands/commands.hpp"
#include "options/data_source.hpp"
#include "options/storage_option.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "training/interrupt.hpp"
#include "training/model_file.hpp"
#include "training/progress_display.hpp"

namespace {

using namespace inkling;

struct LinesCommand {
  DataOptions data;
  std::vector<std::filesystem::path> also;
  std::filesystem::path out;
  Storage storage = Storage::f16;
  LineRecipeOptions recipe;
};

/// Its digits alone; every data set of handwriting has them first.
Dataset digits_of(const DataSource& source) {
  const Dataset all = source.load(Part::train);
  std::vector<Index> digits;
  for (Index i = 0; i < all.size(); ++i) {
    const std::string& name = all.class_names()[static_cast<std::size_t>(all.label(i))];
    if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') digits.push_back(i);
  }
  return all.subset(digits);
}

void lines(LinesCommand command) {
  require_folder_of(command.out);
  std::vector<Dataset> hands;
  std::string trained_on = "lines of numbers composed of";
  const auto add = [&](const DataOptions& options) {
    const DataSource source(options);
    hands.push_back(digits_of(source));
    trained_on += (hands.size() == 1 ? " " : ", ") + with_commas(hands.back().size()) + " digits of " + source.name();
  };
  add(command.data);
  for (const std::filesystem::path& folder : command.also) add({.folder = folder});
  ProgressDisplay display("lines", "step");
  const Interrupt interrupt;
  bool interrupted = false;
  command.recipe.on_progress = [&](const Progress& progress) {
    display.show(progress);
    interrupted = interrupt.requested() && progress.step < progress.steps;
    return interrupted ? Flow::stop : Flow::go_on;
  };
  const nn::LineNetwork network = train_lines(std::move(hands), command.recipe);
  if (interrupted && !command.recipe.checkpoint.empty()) {
    throw Interrupted(fmt::format("interrupted; {} has the run so far: go on with the same command and --resume",
                                  one_line(command.recipe.checkpoint.string())));
  }
  save_line_network(
      network, command.out,
      {.storage = command.storage, .trained_on = trained_on + ", seed " + std::to_string(command.recipe.seed)});
  print(fmt::format("{}: {} bytes, trained on {}\n", one_line(command.out.string()),
                    with_commas(static_cast<Index>(std::filesystem::file_size(command.out))), trained_on));
  if (interrupted) {
    throw Interrupted("interrupted; the network has learned a part only (with --checkpoint FILE it can go on)");
  }
}

}  // namespace

void add_lines(CLI::App& app) {
  const auto options = std::make_shared<LinesCommand>();
  CLI::App& command =
      *app.add_subcommand("lines", "train the network that reads lines of numbers, on lines composed of digits");
  add_data_options(command, options->data);
  command
      .add_option("--also", options->also,
                  "folder of pictures by label (DIR/<label>/*.png) with digits of other hands; may be repeated")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command.add_option("--out", options->out, "file for the network")->required()->type_name("FILE");
  command.add_option("--steps", options->recipe.steps, "of the optimiser, 32 lines each (default 14000)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command.add_option("--seed", options->recipe.seed, "of everything random (default 1)")->type_name("N");
  command.add_option("--threads", options->recipe.threads, "0 (default): all cores; the result is the same")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  CLI::Option& checkpoint =
      *command.add_option("--checkpoint", options->recipe.checkpoint, "file that is written now and then")
           ->type_name("FILE");
  command.add_flag("--resume", options->recipe.resume, "go on from the checkpoint, if there is one")
      ->needs(&checkpoint);
  add_storage_option(command, options->storage);
  command.callback([options] { lines(*options); });
}
