#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "commands/commands.hpp"
#include "options/charset_option.hpp"
#include "options/data_source.hpp"
#include "options/prior_option.hpp"
#include "report/evaluation.hpp"
#include "report/heat_map.hpp"
#include "report/picture.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "text/write_text.hpp"
#include "training/model_file.hpp"

namespace {

struct EvaluateOptions {
  std::filesystem::path model;
  DataOptions data;
  std::string part = "test";
  std::string charset = "all";
  std::optional<std::string> prior;  // empty: natural
  std::filesystem::path confusion;   // empty: not written
  bool json = false;
};

void print_json(const Evaluation& evaluation) {
  nlohmann::ordered_json json;
  json["samples"] = evaluation.confusion.samples();
  json["accuracy"] = evaluation.accuracy;
  json["top2"] = evaluation.top2;
  json["macro_f1"] = evaluation.macro_f1;
  json["ece"] = evaluation.ece;
  const inkling::Interval interval = evaluation.accuracy_interval();
  json["interval"] = {interval.low, interval.high};
  print(json.dump() + '\n');
}

void print_text(const Evaluation& evaluation, const std::string& data) {
  const auto interval = evaluation.accuracy_interval();
  std::string text = fmt::format("{}, {} images\n", data, with_commas(evaluation.confusion.samples()));
  text += fmt::format("accuracy    {:6.2f} %   (95 % interval {:.2f} to {:.2f} %)\n", 100 * evaluation.accuracy,
                      100 * interval.low, 100 * interval.high);
  text += fmt::format("top 2       {:6.2f} %\n", 100 * evaluation.top2);
  text += fmt::format("macro F1    {:6.2f} %\n", 100 * evaluation.macro_f1);
  text += fmt::format("ECE         {:6.2f} %   (expected calibration error)\n", 100 * evaluation.ece);
  const auto pairs = evaluation.confusion.most_confused(10);
  if (!pairs.empty()) text += "\nmost often confused\n  true  predicted  times\n";
  const auto name = [&](inkling::Label c) { return evaluation.class_names[static_cast<std::size_t>(c)]; };
  for (const auto& pair : pairs) {
    text += fmt::format("  {:4}  {:9}  {:5}\n", name(pair.truth), name(pair.predicted), pair.count);
  }
  print(text);
}

void evaluate(const EvaluateOptions& options) {
  const inkling::CharSet charset = parse_charset(options.charset);
  const DataSource source(options.data);
  const auto part = options.part == "train" ? inkling::Part::train : inkling::Part::test;
  const auto model = load_model_file(options.model);
  const Evaluation evaluation =
      evaluate_model(*model, source.load(part),
                     {.charset = charset, .prior = prior_to_remove(options.prior.value_or("natural"), options.model)});
  if (!options.confusion.empty()) {
    write_text(options.confusion, svg_file(heat_map(evaluation.confusion, evaluation.class_names), 2));
  }
  if (options.json) {
    print_json(evaluation);
  } else {
    print_text(evaluation, source.describe(part));
  }
}

}  // namespace

void add_evaluate(CLI::App& app) {
  const auto options = std::make_shared<EvaluateOptions>();
  CLI::App& command = *app.add_subcommand("evaluate", "measure a model on labelled images");
  command.add_option("--model", options->model, "file of the model")->required()->type_name("FILE");
  add_data_options(command, options->data);
  command.add_option("--part", options->part, "train or test (default)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"train", "test"}));
  add_charset_option(command, options->charset);
  add_prior_option(command, options->prior, "natural");
  command.add_option("--confusion", options->confusion, "draw the confusion matrix")->type_name("FILE.svg");
  command.add_flag("--json", options->json, "print one line of JSON");
  command.callback([options] { evaluate(*options); });
}
