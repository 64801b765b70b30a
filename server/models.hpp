#pragma once

#include <inkling/model/classifier.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inkling::server {

struct Model {
  std::string name;  // the file's name without its extension
  std::unique_ptr<const Classifier> classifier;
  std::uintmax_t bytes = 0;  // of its file
  std::string trained_on = {};
  std::map<std::string, std::string> notes = {};  // what its file says besides, such as its accuracy
  std::optional<std::vector<double>> prior = {};  // how frequent each class was in training, when its file says it
};

/// A model file that was refused: damaged, or its self-test gave other numbers than where it was trained.
struct RefusedModel {
  std::string name;
  std::string reason;
};

/// The models of a folder; what is in `loaded` has passed its self-test.
struct ModelSet {
  std::vector<Model> loaded;
  std::vector<RefusedModel> refused;
};

/// Every *.safetensors file of a folder. A file that cannot be used is listed, and does not keep the others from
/// working. Throws FileError when the folder cannot be read.
ModelSet load_models(const std::filesystem::path& folder);

}  // namespace inkling::server
