#pragma once

#include <inkling/io/model/measured_accuracy.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/familiarity.hpp>
#include <inkling/model/line_model.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inkling::server {

struct Model {
  std::string name;                              // the file's name without its extension
  std::shared_ptr<const Classifier> classifier;  // shared with the set that replaces this one, if its file went bad
  std::uintmax_t bytes = 0;                      // of its file
  std::string sha256 = {};                       // of its file, 64 hexadecimal digits
  std::string trained_on = {};
  std::optional<MeasuredAccuracy> accuracy = {};  // when its file says it
  std::optional<Familiarity> familiarity = {};    // when its file says how much characters resemble what it learned
  std::map<std::string, std::string> notes = {};  // what its file says besides
  std::optional<std::vector<double>> prior = {};  // how frequent each class was in training, when its file says it
  std::filesystem::path file = {};                // that it was loaded from

  /// What tells it from another file of the same name.
  std::string version() const { return sha256.substr(0, 12); }
};

/// A model file that was refused: damaged, or its self-test gave other numbers than where it was trained.
struct RefusedModel {
  std::string name;
  std::string reason;
  bool replaced = false;  // by the model of that name that was loaded before
};

/// The models of a folder; what is in `loaded` has passed its self-test.
struct ModelSet {
  std::vector<Model> loaded;
  std::vector<RefusedModel> refused;
  std::shared_ptr<const LineModel> lines = {};  // lines/numbers.safetensors in the folder, if it is there
};

/// Every *.safetensors file of a folder, in the order of their names; they are loaded at the same time. A file that
/// cannot be used is listed, and does not keep the others from working; that of lines, too. Throws FileError when the
/// folder cannot be read.
ModelSet load_models(const std::filesystem::path& folder);

/// `fresh`, with the models of `old` in the place of those that were refused.
ModelSet with_fallback(ModelSet fresh, const ModelSet& old);

}  // namespace inkling::server
