#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/letter_case.hpp>
#include <inkling/read/read_character.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void CharacterOptions::check() const {
  normalise.check();
}

namespace detail {

INKLING_INLINE Index readable_side(const Classifier& model) {
  const Shape& input = model.input_shape();
  if (input.height != input.width || input.channels != 1) {
    throw ShapeError("expected a model of square grey images, got one of " + to_string(input));
  }
  return input.height;
}

}  // namespace detail

INKLING_INLINE CharacterReading read_character(const GreyImage& picture, const Classifier& model,
                                               const CharacterOptions& options) {
  options.check();
  NormaliseOptions normalising = options.normalise;
  normalising.side = detail::readable_side(model);
  const GreyImage image = normalise(picture, normalising);
  Pixels pixels(image.size(), 1);
  std::copy(image.values().begin(), image.values().end(), pixels.data());
  const Recognition seen = model.recognise(pixels, 1);
  CharacterReading reading;
  reading.candidates = best_candidates(
      with_letter_case(options.charset, model.class_names(), pixels, seen.probabilities), model.class_names(),
      {.charset = options.charset, .prior = options.prior, .candidates = std::max<std::size_t>(1, options.candidates)});
  reading.label = reading.candidates.front().label;
  reading.probability = reading.candidates.front().probability;
  if (options.familiarity) {
    const auto resembles = resemblance(seen, model.class_names(), options.charset);
    if (resembles) reading.familiarity = options.familiarity->share_below((*resembles)(0));
  }
  return reading;
}

}  // namespace inkling::inline INKLING_ABI
