#pragma once

#include <inkling/io/model/class_counts.hpp>
#include <inkling/io/model/familiarity_note.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/familiarity.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/model/prior.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What the bindings have in common: a model with what its file knows about its classes.
namespace inkling::bindings {

struct LoadedModel {
  std::shared_ptr<const Classifier> model;
  std::optional<std::vector<Index>> counts = {};  // of what it learned from, by class; where that is known
  std::optional<Familiarity> familiarity = {};    // how much characters resemble what it learned; where that is known
  std::shared_ptr<const LineModel> lines = {};    // that lies beside its file
};

inline LoadedModel with_notes(std::shared_ptr<const Classifier> model, const ModelInfo& info) {
  return {std::move(model), class_counts(info), familiarity(info)};
}

/// Both throw what load_model and find_lines throw.
inline LoadedModel load(const std::filesystem::path& path) {
  LoadedModel loaded = with_notes(load_model(path), read_model_info(path));
  loaded.lines = find_lines(path.parent_path());
  return loaded;
}

inline LoadedModel load(std::span<const std::byte> bytes) {
  const std::string source = "the model";
  return with_notes(load_model(bytes, source), read_model_info(bytes, source));
}

inline std::optional<std::vector<double>> removed_prior(const LoadedModel& model, const std::string& asked) {
  const auto learned = model.counts ? std::optional(class_prior(*model.counts)) : std::nullopt;
  return prior_to_remove(parse_prior(asked), learned, "the model");
}

/// What to take out for a prior that is asked for by name; "" is what suits single characters, as the command has it.
inline std::optional<std::vector<double>> prior_of_character(const LoadedModel& model, const std::string& asked) {
  const std::string suits = model.counts ? "tempered" : "natural";
  return removed_prior(model, asked.empty() ? suits : asked);
}

/// The same for fields.
inline std::optional<std::vector<double>> prior_of_field(const LoadedModel& model, const std::string& asked) {
  return removed_prior(model, asked.empty() ? "natural" : asked);
}

}  // namespace inkling::bindings
