#include <inkling/core/error.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/read_field.hpp>

#include <CLI/Option.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "options/charset_option.hpp"
#include "options/prior_option.hpp"
#include "options/usage_error.hpp"
#include "pictures/picture_run.hpp"
#include "text/one_line.hpp"
#include "training/model_file.hpp"

namespace {

using namespace inkling;
using Json = nlohmann::ordered_json;

struct ReadCommand {
  std::filesystem::path model;
  std::string charset = "all";
  std::string pattern;               // empty: any characters
  std::optional<std::string> prior;  // empty: natural
  std::string lines;                 // empty: what lies beside the model
  bool json = false;
  PictureRunOptions run;
};

Pattern parse_pattern(const std::string& pattern) {
  if (pattern.empty()) return {};
  try {
    return Pattern::parse(pattern);
  } catch (const ValueError& error) {
    throw UsageError(std::string("--pattern: ") + error.what());
  }
}

Json to_json(const Box& box) {
  return {box.x, box.y, box.width, box.height};
}

Json to_json(const std::vector<Candidate>& candidates) {
  Json json = Json::array();
  for (const Candidate& candidate : candidates) {
    json.push_back({{"label", candidate.label}, {"probability", candidate.probability}});
  }
  return json;
}

std::string to_json(const RunPicture& picture, const FieldReading& reading) {
  Json json;
  json["path"] = picture.path;
  if (!picture.sha256.empty()) json["sha256"] = picture.sha256;
  json["prediction"] = reading.text;
  json["confidence"] = reading.confidence;
  json["fits"] = reading.fits;
  json["characters"] = Json::array();
  for (const FieldCharacter& character : reading.characters) {
    json["characters"].push_back({{"label", character.label},
                                  {"confidence", character.confidence},
                                  {"box", to_json(character.box)},
                                  {"candidates", to_json(character.candidates)}});
  }
  json["lattice"] = Json::array();
  for (const FieldAlternative& way : reading.lattice) {
    json["lattice"].push_back({{"from", way.from},
                               {"to", way.to},
                               {"score", -way.score},
                               {"box", to_json(way.box)},
                               {"candidates", to_json(way.candidates)}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void read(const ReadCommand& command) {
  command.run.check();
  ReadOptions options{.charset = parse_charset(command.charset), .pattern = parse_pattern(command.pattern)};
  const auto model = load_model_file(command.model);
  options.prior = prior_to_remove(command.prior.value_or("natural"), command.model);
  options.lines = load_lines_file(command.lines, command.model);
  check_readable(*model, options);
  const bool json = command.json || !command.run.out.empty();
  run_pictures(command.run, [&](const RunPicture& picture) -> Row {
    const FieldReading reading = read_field(picture.image, *model, options);
    if (json) return {.text = to_json(picture, reading)};
    return {.text = one_line(picture.path) + '\t' + reading.text,
            .warning = reading.fits ? "" : "the ink does not fit the pattern"};
  });
}

}  // namespace

void add_read(CLI::App& app) {
  const auto options = std::make_shared<ReadCommand>();
  CLI::App& command = *app.add_subcommand("read", "read a line of several characters from each picture");
  command.add_option("--model", options->model, "file of the model")->required()->type_name("FILE");
  add_charset_option(command, options->charset);
  command
      .add_option("--pattern", options->pattern,
                  "what a field can hold: # digit, A capital, a small letter, @ letter, ? any, *X one or more, "
                  "e.g. '##/##/####'")
      ->type_name("P");
  add_prior_option(command, options->prior, "natural");
  command
      .add_option("--lines", options->lines,
                  "network that reads a line of numbers as a whole, where charset or pattern leave nothing else; none: "
                  "character by character [lines/numbers.safetensors beside the model, if it is there]")
      ->type_name("FILE|none");
  command.add_flag("--json", options->json, "print a line of JSON for each picture: boxes, candidates, alternatives");
  add_picture_run_options(command, options->run);
  command.callback([options] { read(*options); });
}
