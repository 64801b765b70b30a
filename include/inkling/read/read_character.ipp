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

/// Result: side * side x views.
inline Pixels character_views(const GreyImage& picture, Index views, const NormaliseOptions& options) {
  Pixels pixels(options.side * options.side, views);
  const auto put = [&](const GreyImage& image, Index column) {
    std::copy(image.values().begin(), image.values().end(), pixels.data() + column * pixels.rows());
  };
  if (views == 1) {
    put(normalise(picture, options), 0);
  } else {
    const std::vector<GreyImage> images = normalised_views(picture, views, options);
    for (Index i = 0; i < views; ++i) put(images[static_cast<std::size_t>(i)], i);
  }
  return pixels;
}

/// classes x views to classes x 1.
inline Matrix mean_of_views(const Matrix& probabilities) {
  Matrix mean(probabilities.rows(), 1);
  for (Index c = 0; c < mean.rows(); ++c) {
    float sum = 0;
    for (Index i = 0; i < probabilities.cols(); ++i) sum += probabilities(c, i);
    mean(c, 0) = sum / static_cast<float>(probabilities.cols());
  }
  return mean;
}

}  // namespace detail

INKLING_INLINE CharacterReading read_character(const GreyImage& picture, const Classifier& model,
                                               const CharacterOptions& options) {
  options.check();
  NormaliseOptions normalising = options.normalise;
  normalising.side = detail::readable_side(model);
  const Pixels views = detail::character_views(picture, options.views, normalising);
  const Recognition seen = model.recognise(views, 1);
  Pixels first(views.rows(), 1);
  std::copy_n(views.data(), first.size(), first.data());
  const Matrix probabilities = options.views == 1 ? seen.probabilities : detail::mean_of_views(seen.probabilities);
  CharacterReading reading;
  reading.candidates = best_candidates(
      with_letter_case(options.charset, model.class_names(), first, probabilities), model.class_names(),
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
