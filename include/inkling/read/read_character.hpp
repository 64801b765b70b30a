#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/familiarity.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/candidate.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

struct CharacterOptions {
  CharSet charset = {};                           // what the character may be
  std::optional<std::vector<double>> prior = {};  // of the model's classes; its influence is taken out
  std::size_t candidates = 5;                     // at most, and 1 at least
  std::optional<Familiarity> familiarity = {};  // of the model (familiarity(read_model_info(path))): tells what is none
  /// How often the model looks, at slightly different views of the character (normalised_views), 1 to most_views: the
  /// probabilities are their mean. Each view costs what the first one does.
  Index views = 1;
  NormaliseOptions normalise = {};  // its side is that of the model

  void check() const;  // throws ValueError that names the first field out of range
};

struct CharacterReading {
  std::string label;                  // the most probable
  double probability = 0;             // of the label, as far as the model is calibrated
  std::vector<Candidate> candidates;  // the most probable first
  /// The share of characters that resemble what the model knows less than this picture does (see is_unfamiliar); none
  /// when the options did not say how they do, or the model measures no evidence. That of the first view.
  std::optional<double> familiarity = {};
};

/// Reads a picture of one character: makes of it what the model learned from, and asks the model.
///
///     const auto model = load_model("cnn.safetensors");
///     const CharacterReading reading = read_character(decode_image(bytes), *model);
///     // reading.label is "7", reading.probability 0.98, reading.candidates[1] what else it may be
///
/// Throws ShapeError unless the model reads square grey images, ValueError when the charset has none of its classes,
/// NoInkError when there is no ink.
CharacterReading read_character(const GreyImage& picture, const Classifier& model,
                                const CharacterOptions& options = {});

/// The first half of read_character(): what the model is to look at. Result: side * side x views. Throws as
/// read_character().
Pixels character_views(const GreyImage& picture, const Classifier& model, const CharacterOptions& options = {});

/// The second half, of several characters, which the model looks at together: of each the reading that
/// read_character() gives it alone, to the bit where the model's scores do not depend on the company (all of ours).
/// views: side * side x options.views of each character, one after another. Throws ShapeError for another number of
/// columns.
std::vector<CharacterReading> read_character_views(const Pixels& views, const Classifier& model,
                                                   const CharacterOptions& options = {});

namespace detail {

/// The side of the images that a model reads. Throws ShapeError unless they are square and grey.
Index readable_side(const Classifier& model);

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/read_character.ipp>
#endif
