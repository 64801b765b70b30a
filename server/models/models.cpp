#include "models/models.hpp"

#include <inkling/core/error.hpp>
#include <inkling/form/run/sha256.hpp>
#include <inkling/io/model/class_counts.hpp>
#include <inkling/io/model/familiarity_note.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/measured_accuracy.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/model/prior.hpp>

#include <algorithm>
#include <future>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "models/recogniser.hpp"
#include "operations/file_bytes.hpp"

namespace inkling::server {
namespace {

const std::string lines_name = "lines/numbers";

std::vector<std::filesystem::path> model_files(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) throw FileError("cannot read the models folder " + folder.string() + ": " + error.message());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// From the same bytes that are hashed, for the file may be replaced at any time.
Model load(const std::filesystem::path& file) {
  read_model_info(file);  // refuses what is no model before all of it is read
  const std::vector<char> content = file_bytes(file);
  const auto bytes = std::as_bytes(std::span(content));
  ModelInfo info = read_model_info(bytes, file.string());
  std::unique_ptr<const Classifier> classifier = load_model(bytes, file.string());
  if (classifier->input_shape() != recogniser_input) {
    throw ShapeError("expected a model of " + to_string(recogniser_input) + " images, got one of " +
                     to_string(classifier->input_shape()));
  }
  const auto counts = class_counts(info);
  const auto accuracy = measured_accuracy(info);
  auto familiar = familiarity(info);
  return {.name = file.stem().string(),
          .classifier = std::move(classifier),
          .bytes = bytes.size(),
          .sha256 = form::sha256(bytes),
          .trained_on = std::move(info.trained_on),
          .accuracy = accuracy,
          .familiarity = std::move(familiar),
          .notes = std::move(info.notes),
          .prior = counts ? std::optional(class_prior(*counts)) : std::nullopt,
          .file = file};
}

}  // namespace

ModelSet load_models(const std::filesystem::path& folder) {
  const std::vector<std::filesystem::path> files = model_files(folder);
  std::vector<std::future<Model>> loading;
  for (const std::filesystem::path& file : files) loading.push_back(std::async(std::launch::async, load, file));
  ModelSet set;
  for (std::size_t i = 0; i < files.size(); ++i) {
    try {
      set.loaded.push_back(loading[i].get());
    } catch (const std::exception& error) {
      set.refused.push_back({.name = files[i].stem().string(), .reason = error.what()});
    }
  }
  try {
    set.lines = find_lines(folder);
  } catch (const std::exception& error) {
    set.refused.push_back({.name = lines_name, .reason = error.what()});
  }
  return set;
}

ModelSet with_fallback(ModelSet fresh, const ModelSet& old) {
  for (RefusedModel& refused : fresh.refused) {
    if (refused.name == lines_name && old.lines) {
      fresh.lines = old.lines;
      refused.replaced = true;
      continue;
    }
    const auto found = std::find_if(old.loaded.begin(), old.loaded.end(),
                                    [&](const Model& model) { return model.name == refused.name; });
    if (found == old.loaded.end()) continue;
    fresh.loaded.push_back(*found);
    refused.replaced = true;
  }
  return fresh;
}

}  // namespace inkling::server
