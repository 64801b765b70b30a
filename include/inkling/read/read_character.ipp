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
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void CharacterOptions::check() const {
  in_range("CharacterOptions::views", views, {1, most_views});
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

/// classes x (characters * views) to classes x characters.
inline Matrix mean_of_views(const Matrix& probabilities, Index views) {
  Matrix mean(probabilities.rows(), probabilities.cols() / views);
  for (Index n = 0; n < mean.cols(); ++n) {
    for (Index c = 0; c < mean.rows(); ++c) {
      float sum = 0;
      for (Index i = 0; i < views; ++i) sum += probabilities(c, n * views + i);
      mean(c, n) = sum / static_cast<float>(views);
    }
  }
  return mean;
}

/// Of each character the first view: pixels x characters.
inline Pixels first_views(const Pixels& values, Index views) {
  Pixels first(values.rows(), values.cols() / views);
  for (Index n = 0; n < first.cols(); ++n) {
    std::copy_n(values.data() + n * views * values.rows(), values.rows(), first.data() + n * values.rows());
  }
  return first;
}

}  // namespace detail

INKLING_INLINE Pixels character_views(const GreyImage& picture, const Classifier& model,
                                      const CharacterOptions& options) {
  options.check();
  NormaliseOptions normalising = options.normalise;
  normalising.side = detail::readable_side(model);
  Pixels pixels(normalising.side * normalising.side, options.views);
  const auto put = [&](const GreyImage& image, Index column) {
    std::copy(image.values().begin(), image.values().end(), pixels.data() + column * pixels.rows());
  };
  if (options.views == 1) {
    put(normalise(picture, normalising), 0);
  } else {
    const std::vector<GreyImage> images = normalised_views(picture, options.views, normalising);
    for (Index i = 0; i < options.views; ++i) put(images[static_cast<std::size_t>(i)], i);
  }
  return pixels;
}

INKLING_INLINE std::vector<CharacterReading> read_character_views(const Pixels& views, const Classifier& model,
                                                                  const CharacterOptions& options) {
  options.check();
  if (views.cols() % options.views != 0) {
    throw ShapeError("read_character_views: expected " + std::to_string(options.views) +
                     " columns for each character, got " + std::to_string(views.cols()) + " in all");
  }
  const Recognition seen = model.recognise(views, 1);
  const Matrix means =
      options.views == 1 ? seen.probabilities : detail::mean_of_views(seen.probabilities, options.views);
  const Matrix probabilities =
      with_letter_case(options.charset, model.class_names(), detail::first_views(views, options.views), means);
  const CandidateOptions wanted{
      .charset = options.charset, .prior = options.prior, .candidates = std::max<std::size_t>(1, options.candidates)};
  const std::optional<Vector> resembles =
      options.familiarity ? resemblance(seen, model.class_names(), options.charset) : std::nullopt;
  std::vector<CharacterReading> readings(static_cast<std::size_t>(probabilities.cols()));
  Matrix of_one(probabilities.rows(), 1);
  for (Index n = 0; n < probabilities.cols(); ++n) {
    CharacterReading& reading = readings[static_cast<std::size_t>(n)];
    std::copy_n(probabilities.data() + n * probabilities.rows(), probabilities.rows(), of_one.data());
    reading.candidates = best_candidates(of_one, model.class_names(), wanted);
    reading.label = reading.candidates.front().label;
    reading.probability = reading.candidates.front().probability;
    if (resembles) reading.familiarity = options.familiarity->share_below((*resembles)(n * options.views));
  }
  return readings;
}

INKLING_INLINE CharacterReading read_character(const GreyImage& picture, const Classifier& model,
                                               const CharacterOptions& options) {
  return std::move(read_character_views(character_views(picture, model, options), model, options).front());
}

}  // namespace inkling::inline INKLING_ABI
