#include <inkling/form/results/evaluation.hpp>
#include <inkling/form/run/run.hpp>

#include <CLI/Option.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <string>

#include "commands/form/form_commands.hpp"
#include "forms/decided_pages.hpp"

namespace {

using namespace inkling::form;
using Json = nlohmann::ordered_json;

struct EvaluateCommand {
  std::string run;
  std::string truth;
  bool as_read = false;
  bool json = false;
};

Json to_json(const Share& share) {
  return {
      {"of", share.of}, {"right", share.right}, {"share", share.value()}, {"low", share.low()}, {"high", share.high()}};
}

Json to_json(const FormEvaluation& result) {
  Json json{{"fields", to_json(result.fields)},
            {"characters", to_json(result.characters)},
            {"missing", result.missing},
            {"read", to_json(result.called_read)},
            {"right_of_read", to_json(result.right_of_read)},
            {"decided", to_json(result.decided)}};
  for (const AcceptedShare& accepted : result.accepted) {
    json["accepted"].push_back({{"error", accepted.error},
                                {"share", accepted.fields.value()},
                                {"fields", accepted.fields.right},
                                {"wrong", accepted.wrong},
                                {"confidence", accepted.confidence}});
  }
  json["by_field"] = Json::object();
  for (const auto& [name, share] : result.by_field) json["by_field"][name] = to_json(share);
  json["curve"] = Json::array();
  for (const AcceptancePoint& point : result.curve) {
    json["curve"].push_back(
        {{"confidence", point.confidence}, {"accepted", point.accepted.value()}, {"error", 1 - point.right.value()}});
  }
  json["wrong"] = Json::array();
  for (const ScoredField& field : result.scored) {
    if (field.right) continue;
    json["wrong"].push_back({{"file", field.file},
                             {"field", field.field},
                             {"expected", field.expected},
                             {"got", field.got},
                             {"confidence", field.confidence},
                             {"decided", field.decided}});
  }
  return json;
}

std::string shown(const Share& share) {
  return fmt::format("{:.2f} %", 100 * share.value()) + " of " + std::to_string(share.of) +
         fmt::format(" ({:.2f}", 100 * share.low()) + fmt::format(" to {:.2f} %)", 100 * share.high());
}

void evaluate_run(const EvaluateCommand& command) {
  const Run run(command.run, Run::Access::read);
  FormEvaluator evaluator(run.templates(), parse_truth(text_of(command.truth), command.truth));
  if (command.as_read) {
    run.for_each_page([&](const StoredPage& page) { evaluator.add(page.reading); });
  } else {
    for_each_decided_page(run, [&](const PageReading& page) { evaluator.add(page); });
  }
  const FormEvaluation result = evaluator.result();
  if (command.json) {
    std::cout << to_json(result).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    return;
  }
  std::cout << "fields right      " << shown(result.fields) << "\n"
            << "characters right  " << shown(result.characters) << "\n"
            << "called read       " << shown(result.called_read) << ", right of these " << shown(result.right_of_read)
            << "\n";
  if (result.decided.of > 0) std::cout << "decided by people " << shown(result.decided) << " right\n";
  for (const AcceptedShare& accepted : result.accepted) {
    std::cout << "accepted at " << fmt::format("{:.1f}", 100 * accepted.error) << " % error  "
              << fmt::format("{:.2f} %", 100 * accepted.fields.value()) << " (confidence "
              << fmt::format("{:.4f}", accepted.confidence) << " and more)\n";
  }
  if (result.missing > 0) std::cout << "not found in the run, counted as wrong: " << result.missing << "\n";
  std::cout << std::flush;
}

}  // namespace

void add_form_evaluate(CLI::App& form) {
  const auto options = std::make_shared<EvaluateCommand>();
  CLI::App& command = *form.add_subcommand("evaluate", "compare a run with what should have been read");
  command.add_option("run", options->run, "folder of the run")->required()->type_name("RUN");
  command.add_option("--truth", options->truth, "CSV: file, field, text")->required()->type_name("TRUTH.csv");
  command.add_flag("--as-read", options->as_read, "what was read, before anybody decided");
  command.add_flag("--json", options->json, "print one object: shares, intervals, the curve, what was wrong");
  command.callback([options] { evaluate_run(*options); });
}
