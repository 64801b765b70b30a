#include "training/model_file.hpp"

#include <inkling/core/error.hpp>
#include <inkling/io/model/class_counts.hpp>
#include <inkling/io/model/familiarity_note.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/measured_accuracy.hpp>
#include <inkling/io/model/model_file.hpp>

#include <fmt/format.h>

#include <vector>

#include "text/with_commas.hpp"

using inkling::Index;

Provenance provenance(const std::string& model, const DataSource& source, const inkling::Dataset& data,
                      const inkling::RecipeOptions& options) {
  std::vector<Index> counts(static_cast<std::size_t>(data.num_classes()));
  for (const inkling::Label label : data.labels()) ++counts[static_cast<std::size_t>(label)];
  std::string more;
  if (options.found_ink > 0) more += fmt::format(", {:g} of them as found", options.found_ink);
  if (options.also) more += fmt::format(", and {} times {}", options.also_times, with_commas(options.also->size()));
  if (options.start) more += ", from a trained network";
  if (options.teacher) more += ", taught by a network";
  return {.trained_on = source.describe(inkling::Part::train) + ", " + with_commas(data.size()) + " images" + more +
                        ", seed " + std::to_string(options.seed),
          .notes = {{"model", model}, inkling::class_counts_note(counts)}};
}

void add_measures(Provenance& provenance, const DataSource& source, const inkling::TrainedModel& trained) {
  if (const auto& measured = trained.accuracy) {
    const std::string on = source.describe(inkling::Part::train) + ", " + measured->on;
    provenance.notes.insert(inkling::accuracy_note({measured->share, measured->samples, on}));
  }
  if (trained.familiarity) provenance.notes.insert(inkling::familiarity_note(*trained.familiarity));
}

void save_model_file(const inkling::Classifier& model, const std::filesystem::path& file, const Provenance& provenance,
                     inkling::Storage storage) {
  inkling::save_model(model, file,
                      {.storage = storage, .trained_on = provenance.trained_on, .notes = provenance.notes});
}

void require_folder_of(const std::filesystem::path& out) {
  const std::filesystem::path folder = out.has_parent_path() ? out.parent_path() : ".";
  if (!std::filesystem::is_directory(folder)) {
    throw inkling::FileError(folder.string() + ": expected a folder for --out, found none");
  }
}

std::unique_ptr<const inkling::Classifier> load_model_file(const std::filesystem::path& file) {
  return inkling::load_model(file);
}

std::filesystem::path lines_file(const std::string& told, const std::filesystem::path& model) {
  if (told == "none") return {};
  if (!told.empty()) return told;
  const std::filesystem::path beside = model.parent_path() / "lines" / "numbers.safetensors";
  return std::filesystem::exists(beside) ? beside : std::filesystem::path();
}

std::shared_ptr<const inkling::LineModel> load_lines_file(const std::string& told, const std::filesystem::path& model) {
  const std::filesystem::path file = lines_file(told, model);
  if (file.empty()) return nullptr;
  return std::make_shared<inkling::nn::LineNetwork>(inkling::load_line_network(file));
}
