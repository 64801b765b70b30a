#pragma once

#include <inkling/data/dataset.hpp>
#include <inkling/io/safetensors/storage.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/recipes.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "options/data_source.hpp"

/// Where a model comes from, as its file says.
struct Provenance {
  std::string trained_on;                    // "EMNIST bymerge train, 192,946 images, seed 1"
  std::map<std::string, std::string> notes;  // the name of the model, how many images each class had, and its accuracy
};

/// Of a model that is about to be trained.
Provenance provenance(const std::string& model, const DataSource& source, const inkling::Dataset& data,
                      const inkling::RecipeOptions& options);

/// Adds what was measured of the trained model.
void add_measures(Provenance& provenance, const DataSource& source, const inkling::TrainedModel& trained);

void save_model_file(const inkling::Classifier& model, const std::filesystem::path& file, const Provenance& provenance,
                     inkling::Storage storage = inkling::Storage::f32);

/// Throws FileError unless the folder is there that --out names a file in: before training rather than after it.
void require_folder_of(const std::filesystem::path& out);

std::unique_ptr<const inkling::Classifier> load_model_file(const std::filesystem::path& file);

/// The file of the network of lines that is told: a file, "none", or "", what lies beside the model; empty when there
/// is none.
std::filesystem::path lines_file(const std::string& told, const std::filesystem::path& model);
std::shared_ptr<const inkling::LineModel> load_lines_file(const std::string& told, const std::filesystem::path& model);
