#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/model/charset.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models.hpp"

namespace inkling::server {

/// What every model of the server reads, and what pictures are normalised to.
constexpr Shape recogniser_input{28, 28, 1};

struct Candidate {
  std::string label;
  float probability = 0;
};

struct Recognition {
  std::string model;
  std::vector<Candidate> candidates;  // the most probable first; at least one
  std::vector<std::uint8_t> seen;     // the image that the model was given: 28 rows of 28, 0 paper to 255 ink
};

struct Question {
  std::string_view model = {};  // empty: the default model
  CharSet charset = {};
  bool uniform_prior = false;  // as if all classes of the model were equally frequent
  Index top = 5;               // candidates at most
};

/// From the bytes of a picture to a character. Const members may be called from many threads at once.
class Recogniser {
 public:
  /// Throws ValueError unless at least one model is loaded.
  explicit Recogniser(ModelSet models);

  /// The default model first ("cnn", if there is one), then by name.
  const ModelSet& models() const noexcept { return models_; }

  /// image: a PNG or JPEG file. Throws what decode_image and normalise throw, and ValueError for a model that is not
  /// loaded or a charset that has none of its classes, FormatError when a uniform prior is asked of a model whose
  /// file does not say how frequent its classes were.
  Recognition recognise(std::span<const std::uint8_t> image, const Question& question = {}) const;

 private:
  const Model& find(std::string_view name) const;

  ModelSet models_;
};

}  // namespace inkling::server
