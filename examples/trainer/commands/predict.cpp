#include <inkling/io/atomic_file.hpp>
#include <inkling/io/model/familiarity_note.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/picture/encode.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "commands/commands.hpp"
#include "options/charset_option.hpp"
#include "options/prior_option.hpp"
#include "pictures/file_list.hpp"
#include "pictures/picture_run.hpp"
#include "text/one_line.hpp"
#include "training/model_file.hpp"

namespace {

using namespace inkling;

struct PredictOptions {
  std::filesystem::path model;
  std::string charset = "all";
  std::optional<std::string> prior;  // empty: the default
  Index top = 1;
  Index views = 1;
  std::filesystem::path steps;  // empty: not written
  bool json = false;
  PictureRunOptions run;
};

/// Writes each step of normalisation to DIR/<name of the image>-<number>-<step>.png. Images of one name, from several
/// folders or with several endings, become <name>_2, <name>_3 and so on.
class StepWriter {
 public:
  explicit StepWriter(std::filesystem::path folder) : folder_(std::move(folder)) {
    if (!folder_.empty()) std::filesystem::create_directories(folder_);
  }

  NormaliseStep of(const std::string& image) {
    if (folder_.empty()) return {};
    return [this, name = unused_name(image), number = 0](std::string_view step_name, const GreyImage& step) mutable {
      const std::vector<std::uint8_t> png = encode_png(step);
      write_atomically(folder_ / fmt::format("{}-{}-{}.png", name, ++number, step_name), std::as_bytes(std::span(png)));
    };
  }

 private:
  std::string unused_name(const std::string& image) {
    const std::string stem = image == standard_input ? "stdin" : std::filesystem::path(image).stem().string();
    std::string name = stem;
    for (int i = 2; !used_.insert(name).second; ++i) name = fmt::format("{}_{}", stem, i);
    return name;
  }

  std::filesystem::path folder_;  // empty: nothing is written
  std::set<std::string> used_;
};

/// Pictures that people send have neither EMNIST's frequencies nor equal ones.
std::string default_prior(const std::filesystem::path& model) {
  return learned_prior(model) ? "tempered" : "natural";
}

/// How characters are read: the model, and what is known of it.
class Reader {
 public:
  explicit Reader(const PredictOptions& options)
      : model_(load_model_file(options.model)),
        options_{.charset = parse_charset(options.charset),
                 .prior = prior_to_remove(options.prior.value_or(default_prior(options.model)), options.model),
                 .candidates = static_cast<std::size_t>(options.top),
                 .familiarity = familiarity(read_model_info(options.model)),
                 .views = options.views} {
    check_readable(*model_, {.charset = options_.charset});
  }

  Pixels views(const GreyImage& picture, NormaliseStep on_step) const {
    return character_views(picture, *model_, {.views = options_.views, .normalise = {.on_step = std::move(on_step)}});
  }
  std::vector<CharacterReading> read(const Pixels& views) const {
    return read_character_views(views, *model_, options_);
  }

 private:
  std::unique_ptr<const Classifier> model_;
  CharacterOptions options_;
};

std::string to_text(const RunPicture& picture, const CharacterReading& reading) {
  std::string line = one_line(picture.path);
  for (const inkling::Candidate& candidate : reading.candidates) {
    line += fmt::format("\t{}\t{:.4f}", candidate.label, candidate.probability);
  }
  return line;
}

std::string to_json(const RunPicture& picture, const CharacterReading& reading) {
  nlohmann::ordered_json json;
  json["path"] = picture.path;
  if (!picture.sha256.empty()) json["sha256"] = picture.sha256;
  json["prediction"] = reading.label;
  json["confidence"] = reading.probability;
  if (reading.familiarity) {
    json["familiarity"] = *reading.familiarity;
    json["unfamiliar"] = is_unfamiliar(reading.familiarity);
  }
  json["candidates"] = nlohmann::ordered_json::array();
  for (const inkling::Candidate& candidate : reading.candidates) {
    json["candidates"].push_back({{"label", candidate.label}, {"probability", candidate.probability}});
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

using WriteReading = std::string (*)(const RunPicture& picture, const CharacterReading& reading);

/// The rows of some pictures, which the model looks at together: its weights then come to the cache once for all.
class PredictRows : public RowMaker {
 public:
  PredictRows(const Reader& reader, StepWriter& steps, WriteReading write)
      : reader_(reader), steps_(steps), write_(write) {}

  void look_at(const RunPicture& picture) override {
    const Pixels views = reader_.views(picture.image, steps_.of(picture.path));
    values_.insert(values_.end(), views.data(), views.data() + views.size());
    per_picture_ = views.cols();
    pixels_ = views.rows();
    pictures_.push_back({.path = picture.path, .sha256 = picture.sha256, .image = {}});
  }

  std::vector<Row> rows() override {
    std::vector<Row> rows;
    if (pictures_.empty()) return rows;
    const Eigen::Map<const Pixels> views(values_.data(), pixels_, per_picture_ * std::ssize(pictures_));
    const std::vector<CharacterReading> readings = reader_.read(views);
    for (std::size_t i = 0; i < readings.size(); ++i) rows.push_back({.text = write_(pictures_[i], readings[i])});
    return rows;
  }

 private:
  const Reader& reader_;
  StepWriter& steps_;
  WriteReading write_;
  std::vector<std::uint8_t> values_;  // pixels_ x per_picture_ x pictures
  Index pixels_ = 0;
  Index per_picture_ = 0;
  std::vector<RunPicture> pictures_;  // without their images
};

void predict(const PredictOptions& options) {
  options.run.check();
  const Reader reader(options);
  StepWriter steps(options.steps);
  PictureRunOptions run = options.run;
  if (!options.steps.empty()) run.threads = 1;  // their names follow the order of the pictures
  const WriteReading write = options.json || !run.out.empty() ? to_json : to_text;
  constexpr std::size_t together = 32;
  run_pictures(run, together, [&] { return std::make_unique<PredictRows>(reader, steps, write); });
}

}  // namespace

void add_predict(CLI::App& app) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App& command = *app.add_subcommand("predict", "say which character each picture shows");
  command.add_option("--model", options->model, "file of the model")->required()->type_name("FILE");
  add_charset_option(command, options->charset);
  add_prior_option(command, options->prior, "tempered");
  command.add_option("--top", options->top, "print the K best candidates (default 1)")
      ->type_name("K")
      ->check(CLI::PositiveNumber);
  command
      .add_option(
          "--views", options->views,
          fmt::format("look at N slightly different views of each character, 1 (default) to {}, and take the mean",
                      most_views))
      ->type_name("N")
      ->check(CLI::Range(Index{1}, most_views));
  command.add_option("--steps", options->steps, "write what normalisation makes of each picture, step by step, as PNG")
      ->type_name("DIR");
  command.add_flag("--json", options->json, "print a line of JSON for each picture");
  add_picture_run_options(command, options->run);
  command.callback([options] { predict(*options); });
}
