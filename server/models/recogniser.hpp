#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/prior.hpp>
#include <inkling/read/candidate.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/batcher.hpp"
#include "models/models.hpp"

namespace inkling::server {

/// What every model of the server reads, and what pictures are normalised to.
constexpr Shape recogniser_input{28, 28, 1};

struct Reading {
  std::string model;
  std::vector<Candidate> candidates;  // the most probable first; at least one
  Label label = 0;                    // the class of the first of them
  /// The share of characters that resemble what the model knows less, where its file says how they do.
  std::optional<double> familiarity = {};
};

struct Question {
  std::string_view model = {};  // empty: the default model
  CharSet charset = {};
  std::optional<Prior> prior = {};  // without one, tempered where the model's file says what its prior was
  Index top = 5;                    // candidates at most
};

struct RecogniserOptions {
  int threads = 1;                                                          // calls of one model at the same time
  std::function<void(std::string_view model, const Batch&)> observer = {};  // called by any thread; must not throw
};

/// The character of a picture as the models get it: 28 rows of 28, 0 paper to 255 ink. Shape: 784 x 1. image: a PNG or
/// JPEG file. Throws what decode_image and normalise throw.
Pixels read_ink(std::span<const std::uint8_t> image);

/// From ink to a character. Const members may be called from many threads at once.
class Recogniser {
 public:
  /// Throws ValueError unless at least one model is loaded.
  explicit Recogniser(ModelSet models, const RecogniserOptions& options = {});

  /// The default model first ("cnn", if there is one), then by name.
  const ModelSet& models() const noexcept { return models_; }

  /// The default model for an empty name. Throws ValueError for a model that is not loaded.
  const Model& find(std::string_view name) const { return models_.loaded[index_of(name)]; }

  /// ink: 784 x 1. Throws ValueError for a model that is not loaded or a charset that has none of its classes,
  /// FormatError when a tempered or uniform prior is asked of a model whose file does not say how frequent its classes
  /// were.
  Reading recognise(const Pixels& ink, const Question& question = {}) const;

  /// How much each pixel holds up the class that a model was found to see (see occlusion.hpp). ink, result: 784 x 1.
  /// Throws ValueError for a model that is not loaded.
  Vector explain(const Pixels& ink, const Reading& reading) const;

 private:
  std::size_t index_of(std::string_view name) const;

  ModelSet models_;
  std::vector<std::unique_ptr<Batcher>> batchers_;  // of models_.loaded
};

}  // namespace inkling::server
